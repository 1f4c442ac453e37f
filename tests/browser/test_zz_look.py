import pytest, time
from playwright.sync_api import Browser
from portal.demo import services, people
from tests.browser.staff import seat
from tests.serving import Node
OUT="/tmp/h/shots"
pytestmark=pytest.mark.browser
def shoot(s, name):
    s.page.emulate_media(color_scheme="light")
    s.page.screenshot(path=f"{OUT}/{name}.png", full_page=True)
    try: s.check()
    except AssertionError as e: print("CHECK", name, str(e)[:1500])
    s.faults.clear()
def test_look(browser: Browser, node: Node):
    import os; os.makedirs(OUT, exist_ok=True)
    t=time.time(); services.load(print); print("load", time.time()-t)
    from portal.accounts import selectors
    person=selectors.person_of(selectors.user_by_email("patient@demo.example").id).id
    node.start("jobs","manage.py","jobs")
    pw=people.password()
    for narrow in (False, True):
        n = "n" if narrow else "w"
        with seat(browser,node,narrow=narrow) as s:
            s.sign_in("clinician@st-mary.example", pw, to="/clinic/st-mary/find/")
            shoot(s, f"{n}-find")
            s.go("/clinic/st-mary/worklist/"); shoot(s, f"{n}-worklist")
            s.go(f"/clinic/st-mary/st-mary/{person}/"); shoot(s, f"{n}-chart"); print(s.page.url)
            s.go(f"/clinic/st-mary/st-mary/{person}/vital-signs/"); shoot(s, f"{n}-vitals")
            s.go(f"/clinic/st-mary/st-mary/{person}/conditions/"); shoot(s, f"{n}-closed")
            s.go(f"/clinic/st-mary/st-mary/{person}/ask/"); shoot(s, f"{n}-ask")
            s.go(f"/clinic/st-mary/st-mary/{person}/emergency/"); shoot(s, f"{n}-glass")
        with seat(browser,node,narrow=narrow) as s:
            s.sign_in("clinician@riverside.example", pw, to="/clinic/riverside/find/")
            s.go("/clinic/riverside/worklist/"); shoot(s, f"{n}-worklist2")
            s.go("/clinic/riverside/find/")
            s.page.get_by_label("Whose records").select_option("st-mary")
            s.page.get_by_label("Family name").fill("Lindgren"); s.page.get_by_label("First name").fill("Amara"); s.page.get_by_label("Date of birth").fill("1979-03-04")
            s.page.get_by_role("button", name="Find").click(); shoot(s, f"{n}-results"); print(s.page.url)
            s.go(f"/clinic/riverside/st-mary/{person}/emergency/")
            s.page.get_by_label("The patient is unconscious").check(); s.page.get_by_label("Say what happened").fill("short"); s.page.get_by_role("button", name="Override").click(); shoot(s, f"{n}-glass-fault")
            s.page.get_by_label("Say what happened").fill("Brought in unconscious after a fall."); s.page.get_by_role("button", name="Override").click(); shoot(s, f"{n}-emergency"); print(s.page.url)
            s.go(f"/clinic/riverside/st-mary/{person}/lab-results/"); shoot(s, f"{n}-emergency-labs")
            s.go("/clinic/riverside/worklist/"); shoot(s, f"{n}-worklist3")
        with seat(browser,node,narrow=narrow) as s:
            s.sign_in("regulator@demo.example", pw, to="/audit/st-mary/")
            shoot(s, f"{n}-status")
            s.press("Verify now"); shoot(s, f"{n}-verify"); s.page.wait_for_timeout(3000); shoot(s, f"{n}-verified")
            s.go("/audit/st-mary/"); shoot(s, f"{n}-status2")
            s.go("/audit/st-mary/accesses/"); shoot(s, f"{n}-search")
            s.go("/audit/st-mary/accesses/?kind=emergencies"); s.page.locator("tbody a").first.click(); shoot(s, f"{n}-entry")
            s.go("/audit/st-mary/accesses/?kind=accesses"); s.page.locator("tbody a").nth(3).click(); shoot(s, f"{n}-entry2")
            s.page.locator("details.menu > summary").click(); s.page.screenshot(path=f"{OUT}/{n}-menu.png")
        with seat(browser,node,narrow=narrow) as s:
            s.sign_in("admin@st-mary.example", pw, to="/administration/st-mary/staff/"); shoot(s, f"{n}-staff")
            s.go("/administration/st-mary/policy/"); shoot(s, f"{n}-policy")
            s.go("/administration/st-mary/reviews/"); shoot(s, f"{n}-forbidden")
        with seat(browser,node,narrow=narrow) as s:
            s.sign_in("privacy@st-mary.example", pw, to="/administration/st-mary/reviews/"); shoot(s, f"{n}-reviews")
            s.page.get_by_role("link", name="Details").first.click(); shoot(s, f"{n}-review"); print(s.page.url)
