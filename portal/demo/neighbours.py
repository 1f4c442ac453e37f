"""The other patients of the demo world, and the directories of its two organisations. Invented."""

from portal.demo.fhir import Chart, Json, key, patient, practitioner

HOSPITAL, PRACTICE = "st-mary", "riverside"
OKAFOR = f"Practitioner/{key(HOSPITAL, 'Practitioner', 'Okafor')}"
FISCHER = f"Practitioner/{key(HOSPITAL, 'Practitioner', 'Fischer')}"
BRANDT = f"Practitioner/{key(PRACTICE, 'Practitioner', 'Brandt')}"


def directory(place: str) -> list[Json]:
    """The organisation itself, its doctors and its building."""
    names = {
        HOSPITAL: ("St Mary Hospital", "Harbourton"),
        PRACTICE: ("Riverside Family Practice", "Mill End"),
    }
    people = {
        HOSPITAL: [("Jonas", "Okafor", "Diabetes doctor"), ("Lena", "Fischer", "Emergency doctor")],
        PRACTICE: [("Helen", "Brandt", "Family doctor"), ("Tomasz", "Wieczorek", "Nurse")],
    }
    name, city = names[place]
    organisation = key(place, "Organization")
    written = [practitioner(place, *person) for person in people[place]]
    for one in written:
        one["name"][0] = {element: value for element, value in one["name"][0].items() if value}
    return [
        {"resourceType": "Organization", "id": organisation, "active": True, "name": name},
        {
            "resourceType": "Location",
            "id": key(place, "Location"),
            "status": "active",
            "name": name,
            "address": {"city": city},
            "managingOrganization": {"reference": f"Organization/{organisation}"},
        },
        *written,
    ]


def child() -> list[Json]:
    """Noah, Amara's son."""
    chart = Chart(
        HOSPITAL,
        patient(HOSPITAL, ("Noah", "Lindgren"), "2017-08-21", "male", mrn="SM-311902", number="987-65-4321"),
        OKAFOR,
    )
    chart.condition("195967001", "Asthma", "2021-05-17")
    chart.medicine(
        "745679", "Salbutamol 100 micrograms, inhaler", "2021-05-17", "Two puffs when short of breath"
    )
    chart.allergy("91935009", "Peanut allergy", "2019-02-08", ("247472004", "Hives"), "moderate")
    for code, name, day in (
        ("20", "Diphtheria, tetanus, whooping cough", "2018-01-22"),
        ("03", "Measles, mumps, rubella", "2018-09-03"),
        ("21", "Chickenpox", "2018-09-03"),
        ("150", "Influenza 2026", "2026-10-12"),
    ):
        chart.immunisation(code, name, day)
    chart.vital("8302-2", "Height", "cm", [("2022-08-24", 109), ("2024-08-26", 122), ("2026-08-24", 134)])
    chart.vital("29463-7", "Weight", "kg", [("2022-08-24", 18.2), ("2024-08-26", 23.6), ("2026-08-24", 29.1)])
    chart.visit("2026-08-24", "Yearly check")
    return [chart.patient, *chart.resources]


def demir() -> list[Json]:
    """Elif Demir, at the hospital."""
    chart = Chart(
        HOSPITAL,
        patient(HOSPITAL, ("Elif", "Demir"), "1991-12-02", "female", mrn="SM-298450", number="987-65-4322"),
        OKAFOR,
    )
    chart.condition("46635009", "Type 1 diabetes", "2003-04-30")
    chart.medicine("311041", "Insulin glargine 100 units/mL", "2003-05-02", "18 units at bedtime")
    chart.lab(
        "59261-8", "HbA1c", "mmol/mol", [("2025-11-04", 58), ("2026-05-12", 55), ("2026-11-10", 53)], 53
    )
    chart.blood_pressure([("2026-05-12", 118, 74), ("2026-11-10", 121, 76)])
    chart.visit("2026-11-10", "Diabetes clinic")
    return [chart.patient, *chart.resources]


def okafor() -> list[Json]:
    """Chidi Okafor, at the hospital: by his name somebody might think that a doctor there is a relative of his."""
    chart = Chart(
        HOSPITAL,
        patient(HOSPITAL, ("Chidi", "Okafor"), "1966-03-28", "male", mrn="SM-305117", number="987-65-4324"),
        FISCHER,
    )
    chart.condition("38341003", "High blood pressure", "2019-06-11")
    chart.medicine("197884", "Lisinopril 20 mg, tablet", "2019-06-11", "One tablet in the morning")
    chart.blood_pressure([("2025-10-07", 146, 88), ("2026-10-06", 134, 82)])
    chart.visit("2026-10-06", "Yearly check")
    return [chart.patient, *chart.resources]


def olsen() -> list[Json]:
    """Henrik Olsen, at the practice."""
    chart = Chart(
        PRACTICE,
        patient(PRACTICE, ("Henrik", "Olsen"), "1954-07-15", "male", mrn="RV-0672", number="987-65-4323"),
        BRANDT,
    )
    chart.condition("13645005", "Chronic obstructive lung disease", "2015-10-19")
    chart.condition("7200002", "Alcohol dependence", "2012-02-27")
    chart.medicine("580261", "Tiotropium 18 micrograms, inhaler", "2015-10-19", "One capsule inhaled daily")
    chart.lab("14682-9", "Creatinine", "umol/L", [("2025-09-23", 92), ("2026-09-22", 95)], 106)
    chart.visit("2026-09-22", "Lung check")
    return [chart.patient, *chart.resources]
