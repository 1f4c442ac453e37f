"""What a superuser of the database does to a log of 340 entries, and what must be found of it."""

HERE = "WHERE tenant_id = %(t)s AND index = 123"
FLIP = "set_byte(leaf, %d, get_byte(leaf, %d) # 1)"
REHASH = f"UPDATE ledger_entry SET leaf_hash = sha256('\\x00'::bytea || leaf) {HERE}"
CUT = """
DELETE FROM ledger_entry WHERE tenant_id = %(t)s AND index >= 335;
DELETE FROM ledger_sequenced WHERE tenant_id = %(t)s AND index >= 335
"""
# The attacker knows where the log ends; only its old last hash and frontier are not at hand here.
OLDER_STATE = "UPDATE ledger_state SET size = 335 WHERE tenant_id = %(t)s"
RENUMBER = f"""
DELETE FROM ledger_entry {HERE};
UPDATE ledger_entry SET index = -index WHERE tenant_id = %(t)s AND index > 123;
UPDATE ledger_entry SET index = -index - 1 WHERE tenant_id = %(t)s AND index < 0
"""
SWAP = """
UPDATE ledger_entry SET index = 100000 - index WHERE tenant_id = %(t)s AND index IN (10, 20);
UPDATE ledger_entry SET index = 30 - (100000 - index) WHERE tenant_id = %(t)s AND index > 99000
"""
ADD = """
INSERT INTO ledger_entry SELECT tenant_id, 340, gen_random_uuid(), type, time, actor, NULL, NULL, leaf,
    leaf_hash, body FROM ledger_entry WHERE tenant_id = %(t)s AND index = 339
"""
REDATE = f"""
UPDATE ledger_entry SET time = time + interval '1 microsecond' {HERE};
UPDATE ledger_entry SET leaf = convert_to(regexp_replace(convert_from(leaf, 'UTF8'), '"time":"[^"]*"',
    '"time":"' || to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.USZ') || '"'), 'UTF8') {HERE};
{REHASH}
"""
RETYPE = f"""
UPDATE ledger_entry SET type = 'access.denied', leaf = convert_to(replace(convert_from(leaf, 'UTF8'),
    'access.permitted', 'access.denied'), 'UTF8') {HERE};
{REHASH}
"""
CHECKPOINT = "WHERE tenant_id = %(t)s AND size = 340"
TILE = "WHERE tenant_id = %(t)s AND level = 0 AND n = 0"
STATE = "UPDATE ledger_state SET {} WHERE tenant_id = %(t)s"

# What is done to a log of 340 entries, and the kind and index of what must be found.
TAMPERINGS = {
    "one byte of a leaf": (
        f"UPDATE ledger_entry SET leaf = {FLIP % (300, 300)} {HERE}",
        "entry-changed",
        123,
    ),
    "a leaf and its hash": (
        f"UPDATE ledger_entry SET leaf = {FLIP % (12, 12)} {HERE};{REHASH}",
        "entry-changed",
        123,
    ),
    "the time, the leaf and its hash": (REDATE, "chain-broken", 123),
    "the type, the leaf and its hash": (RETYPE, "chain-broken", 123),
    "the hash beside a leaf": (
        f"UPDATE ledger_entry SET leaf_hash = sha256('x') {HERE}",
        "entry-changed",
        123,
    ),
    "the type": (f"UPDATE ledger_entry SET type = 'access.denied' {HERE}", "entry-changed", 123),
    "the time": (
        f"UPDATE ledger_entry SET time = time - interval '1 day' {HERE}",
        "entry-changed",
        123,
    ),
    "the actor": (f"UPDATE ledger_entry SET actor = repeat('a', 40) {HERE}", "entry-changed", 123),
    "the subject": (
        f"UPDATE ledger_entry SET subject = repeat('a', 40) {HERE}",
        "subject-chain-broken",
        123,
    ),
    "the place in the subject's chain": (
        f"UPDATE ledger_entry SET subject_index = 4711 {HERE}",
        "entry-changed",
        123,
    ),
    "the submission's id": (
        f"UPDATE ledger_entry SET submission_id = gen_random_uuid() {HERE}",
        "submission-map",
        123,
    ),
    "one byte of a body": (
        f"UPDATE ledger_entry SET body = set_byte(body, 150, get_byte(body, 150) # 1) {HERE}",
        "body-changed",
        123,
    ),
    "an entry is missing": (f"DELETE FROM ledger_entry {HERE}", "entry-missing", 123),
    "an entry is missing and the others moved up": (RENUMBER, "entry-moved", 123),
    "two entries changed places": (SWAP, "entry-moved", 10),
    "an entry was added": (ADD, "entry-moved", 340),
    "the newest entries are missing": (CUT, "entries-missing", 335),
    "the newest entries with their checkpoint": (
        f"{CUT};DELETE FROM ledger_checkpoint {CHECKPOINT}",
        "entries-missing",
        335,
    ),
    "everything is missing": (
        ";".join(
            f"DELETE FROM ledger_{name} WHERE tenant_id = %(t)s"
            for name in ("entry", "sequenced", "checkpoint", "tile", "state", "subject")
        ),
        "entries-missing",
        0,
    ),
    "one byte of a note": (
        f"UPDATE ledger_checkpoint SET note = set_byte(note, 40, get_byte(note, 40) # 1) {CHECKPOINT}",
        "checkpoint-changed",
        339,
    ),
    "the root beside a note": (
        f"UPDATE ledger_checkpoint SET root = sha256('x') {CHECKPOINT}",
        "checkpoint-changed",
        339,
    ),
    "the size beside a note": (
        f"UPDATE ledger_checkpoint SET size = 339 {CHECKPOINT}",
        "checkpoint-changed",
        338,
    ),
    "one hash of a tile": (
        f"UPDATE ledger_tile SET hashes = set_byte(hashes, 77 * 32 + 5, 0) {TILE}",
        "tile-changed",
        77,
    ),
    "the root of a tile": (f"UPDATE ledger_tile SET root = sha256('x') {TILE}", "tile-changed", 0),
    "a tile is missing": (f"DELETE FROM ledger_tile {TILE}", "tile-missing", 0),
    "a tile was added": (
        "INSERT INTO ledger_tile VALUES (%(t)s, 3, 0, '', '')",
        "tile-added",
        None,
    ),
    "a submission maps elsewhere": (
        f"UPDATE ledger_sequenced SET index = 7 {HERE}",
        "submission-map",
        123,
    ),
    "a submission maps nowhere": (f"DELETE FROM ledger_sequenced {HERE}", "submission-map", 123),
    "a submission was added to the map": (
        "INSERT INTO ledger_sequenced VALUES (%(t)s, gen_random_uuid(), 5, sha256('x'))",
        "submission-map",
        340,
    ),
    "the size in the state": (STATE.format("size = 341"), "entries-missing", 340),
    "a smaller size in the state": (STATE.format("size = 339"), "entry-added", 339),
    "the last hash in the state": (STATE.format("last_hash = sha256('x')"), "state-changed", 339),
    "the frontier": (
        STATE.format("frontier = set_byte(frontier, 40, get_byte(frontier, 40) # 1)"),
        "state-changed",
        339,
    ),
    "the head of a subject": (
        "UPDATE ledger_subject SET head_hash = sha256('x') WHERE tenant_id = %(t)s",
        "subject-head-changed",
        None,
    ),
    "a subject without a head": (
        "DELETE FROM ledger_subject WHERE tenant_id = %(t)s",
        "subject-head-missing",
        None,
    ),
    "the key of the log": (
        "UPDATE ledger_log SET vkey = promise_vkey WHERE tenant_id = %(t)s",
        "log-changed",
        None,
    ),
    "the name of the log": (
        "UPDATE ledger_log SET origin = origin || 'x' WHERE tenant_id = %(t)s",
        "log-changed",
        None,
    ),
    "a key that opens bodies": (
        "DELETE FROM ledger_key WHERE tenant_id = %(t)s AND owner = %(t)s AND use LIKE 'ledger:%%'",
        "key-missing",
        3,
    ),
}
