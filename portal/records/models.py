"""What is stored of records: the sealed bytes of each version, and in clear only what decisions read.

Rows are written by SQL in `storage`, in bulk. Row-level security and the append-only rule stand in the migrations.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from consent.vocabulary import CATEGORIES
from ledger.identity import new_id

ID = 64


class ClearColumns(models.Model):
    """What stands beside the seal and is bound into it: change one, and the record no longer opens."""

    tenant_id = models.UUIDField()
    person = models.UUIDField(null=True, db_comment="Whose record; null in the organisation's directory")
    type = models.CharField(max_length=40, db_comment="FHIR resource type")
    fhir_id = models.CharField(max_length=ID)
    version = models.IntegerField()
    category = models.CharField(max_length=20, db_comment="As people understand it; empty in the directory")
    labels = ArrayField(models.CharField(max_length=20), db_comment="Sensitivity codes, sorted")
    date = models.DateTimeField(null=True, db_comment="When it happened: start of the span that was written")
    until = models.DateTimeField(null=True, db_comment="End of that span, exclusive")
    author = models.CharField(max_length=255, blank=True, db_comment="Reference to whoever recorded it")
    deleted = models.BooleanField(db_default=False)

    class Meta:
        abstract = True


class Resource(ClearColumns):
    """A record as it now is. Its content is that of its latest version."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    id = models.UUIDField(default=new_id, editable=False)
    indexed = models.SmallIntegerField(db_default=0, db_comment="The generation of its search index")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "type", "fhir_id"], name="records_one_per_id"),
            models.CheckConstraint(
                name="records_category_known", condition=models.Q(category__in=["", *CATEGORIES])
            ),
            models.CheckConstraint(
                name="records_person_unless_directory",
                condition=models.Q(category="", person=None)
                | ~models.Q(category="") & ~models.Q(person=None),
            ),
        ]
        indexes = [
            models.Index("tenant_id", "person", "type", models.F("date").desc(), name="records_of_person"),
        ]


class Version(ClearColumns):
    """One version of a record, for ever as it was received. Immutable."""

    pk = models.CompositePrimaryKey("tenant_id", "type", "fhir_id", "version")
    sealed = models.BinaryField(db_comment="The bytes received, sealed under the person's key")
    content_hash = models.BinaryField(db_comment="SHA-256 of the sealed bytes, as the ledger entry names it")
    fingerprint = models.BinaryField(
        db_comment="HMAC of the bytes received: the same again is not a new version"
    )
    entry = models.UUIDField(db_comment="The ledger's submission that names this version")
    created = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(name="records_version_positive", condition=models.Q(version__gte=1)),
        ]
        indexes = [models.Index("tenant_id", "entry", name="records_version_of_entry")]


class Token(models.Model):
    """The search index: keyed hashes of parameter and value. It can be made again from the records at any time."""

    pk = models.CompositePrimaryKey("tenant_id", "digest", "resource")
    tenant_id = models.UUIDField()
    digest = models.BinaryField(db_comment="HMAC of type, parameter and value")
    resource = models.UUIDField()

    class Meta:
        indexes = [models.Index("tenant_id", "resource", name="records_tokens_of_resource")]


class Span(models.Model):
    """The times of the search index, half-open: found by range. Also made again from the records at any time."""

    pk = models.CompositePrimaryKey("tenant_id", "resource", "parameter", "start", "until")
    tenant_id = models.UUIDField()
    resource = models.UUIDField()
    parameter = models.CharField(max_length=32)
    start = models.DateTimeField()
    until = models.DateTimeField(db_comment="Exclusive")


class Chunk(models.Model):
    """A piece of content beside a record, sealed. Immutable, like the version that names it."""

    pk = models.CompositePrimaryKey("tenant_id", "key", "index")
    tenant_id = models.UUIDField()
    key = models.UUIDField(db_comment="As the record names its content")
    index = models.IntegerField()
    sealed = models.BinaryField()


class Denial(models.Model):
    """A denial of a short while ago, by what it says, and how often the same came again; gone once that is entered."""

    pk = models.CompositePrimaryKey("tenant_id", "digest")
    tenant_id = models.UUIDField()
    digest = models.BinaryField(db_comment="HMAC of what the entry says")
    person = models.UUIDField()
    entry = models.UUIDField(db_comment="The entry of the first one")
    promised = models.BinaryField(db_comment="What its promise names as the hash of its body")
    first = models.DateTimeField()
    last = models.DateTimeField()
    repeats = models.IntegerField()

    class Meta:
        indexes = [models.Index("tenant_id", "first", name="records_denials_by_age")]


class Export(models.Model):
    """A bulk export that somebody asked for, and how far it is: `position` in `people`, `after` which row of hers."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant_id = models.UUIDField()
    user = models.UUIDField(db_comment="Who asked, and alone may have it")
    caller = models.JSONField(db_comment="As whom it is decided, page by page")
    request = models.TextField(db_comment="The address that was asked")
    purpose = models.CharField(max_length=20, blank=True)
    types = ArrayField(models.CharField(max_length=40))
    since = models.DateTimeField(null=True)
    people = ArrayField(models.UUIDField())
    position = models.IntegerField(default=0)
    after = models.UUIDField(null=True)
    groups = models.JSONField(null=True, db_comment="What was permitted when the present person's turn began")
    errors = models.JSONField(default=list, db_comment="[person, code]: what is missing, and why")
    asked = models.DateTimeField(db_default=Now())
    seen = models.DateTimeField(db_default=Now(), db_comment="Last sign of life of the job")
    finished = models.DateTimeField(null=True)


class ExportPart(models.Model):
    """Records of one group of one person, as NDJSON, sealed under her key: it dies with it."""

    pk = models.CompositePrimaryKey("tenant_id", "export", "number")
    tenant_id = models.UUIDField()
    export = models.UUIDField()
    number = models.IntegerField()
    person = models.UUIDField()
    type = models.CharField(max_length=40)
    category = models.CharField(max_length=20)
    labels = ArrayField(models.CharField(max_length=20))
    resources = models.JSONField(db_comment="[id, version, content hash] of each, for the ledger")
    sealed = models.BinaryField()
