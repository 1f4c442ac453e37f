"""Amara Lindgren, born 4 March 1979: her record at the hospital and at the family practice. Invented."""

from portal.demo.fhir import LOINC, SNOMED, Chart, Json, concept, patient

NUMBER = "987-65-4320"
BORN = "1979-03-04"
TESTED = [
    "2023-02-14", "2023-08-16", "2024-02-19", "2024-08-29", "2025-02-13", "2025-08-19", "2026-02-10", "2026-05-20",
    "2026-11-16",
]  # fmt: skip
HBA1C = [50, 53, 57, 61, 64, 60, 56, 55, 52]
LDL = [4.1, 4.0, 3.9, 3.6, 3.2, 2.8, 2.5, 2.4, 2.2]
CREATININE = [68, 70, 71, 69, 73, 74, 72, 75, 74]
KIDNEYS = [96, 94, 92, 95, 90, 88, 91, 87, 88]
HDL = [1.1, 1.1, 1.2, 1.2, 1.3, 1.3]
TRIGLYCERIDES = [2.4, 2.2, 2.1, 1.9, 1.7, 1.6]
WEIGHT = [88.4, 89.1, 89.6, 90.2, 90.0, 89.3, 88.1, 87.5, 86.9, 86.0, 85.2, 84.8, 84.1, 83.9]
PRESSURE = [
    (142, 91), (145, 93), (148, 94), (151, 95), (146, 92), (141, 89), (138, 87), (136, 86), (134, 84), (135, 85),
    (131, 82), (129, 81), (130, 82), (128, 80),
]  # fmt: skip
MEASURED = [f"{year}-{month}-12" for year in (2023, 2024, 2025) for month in ("01", "04", "07", "10")] + [
    "2026-02-10",
    "2026-11-16",
]


def at_hospital(doctor: str, emergency: str) -> list[Json]:
    """Her record at St Mary Hospital."""
    chart = Chart(
        "st-mary",
        patient("st-mary", ("Amara", "Lindgren"), BORN, "female", mrn="SM-204117", number=NUMBER),
        doctor,
    )
    chart.patient |= {
        "telecom": [{"system": "phone", "value": "+1 555 0142", "use": "mobile"}],
        "address": [{"line": ["14 Quay Street"], "city": "Harbourton", "postalCode": "02199"}],
    }
    _results(chart)
    _measurements(chart)
    diabetes = chart.condition("44054006", "Type 2 diabetes", "2023-03-02")
    pressure = chart.condition("38341003", "High blood pressure", "2024-06-11")
    low_mood = chart.condition("370143000", "Depression", "2025-01-20")
    chart.medicine(
        "860975",
        "Metformin 500 mg, prolonged release",
        "2023-03-02",
        "Two tablets with the evening meal",
        reason=diabetes,
    )
    chart.medicine("314076", "Lisinopril 10 mg", "2024-06-11", "One tablet in the morning", reason=pressure)
    chart.medicine("259255", "Atorvastatin 40 mg", "2024-08-30", "One tablet in the evening")
    chart.medicine("312941", "Sertraline 50 mg", "2025-01-20", "One tablet in the morning", reason=low_mood)
    chart.medicine(
        "197361", "Amlodipine 5 mg", "2024-03-01", "One tablet in the morning", reason=pressure, ended=True
    )
    chart.medicine("308460", "Azithromycin 250 mg", "2025-12-03", "As directed, for five days", ended=True)
    chart.allergy("91936005", "Penicillin allergy", "1998-05-01", ("39579001", "Anaphylaxis"), "severe")
    chart.allergy("300916003", "Latex allergy", "2011-09-14", ("247472004", "Hives"), "mild")
    _care(chart, diabetes, low_mood, emergency)
    return [chart.patient, *chart.resources]


def at_practice(doctor: str) -> list[Json]:
    """Her record at Riverside Family Practice."""
    chart = Chart(
        "riverside",
        patient("riverside", ("Amara", "Lindgren"), BORN, "female", mrn="RV-1183", number=NUMBER),
        doctor,
    )
    diabetes = chart.condition("44054006", "Type 2 diabetes", "2023-03-09")
    chart.condition("38341003", "High blood pressure", "2024-06-20")
    chart.condition("195662009", "Sore throat", "2025-12-03", ended="2025-12-12")
    chart.medicine(
        "860975",
        "Metformin 500 mg, prolonged release",
        "2023-03-09",
        "Two tablets with the evening meal",
        reason=diabetes,
    )
    chart.medicine("314076", "Lisinopril 10 mg", "2024-06-20", "One tablet in the morning")
    chart.allergy("91936005", "Penicillin allergy", "1998-05-01", ("39579001", "Anaphylaxis"), "severe")
    chart.lab(
        "59261-8", "HbA1c", "mmol/mol", [("2023-02-06", 51), ("2024-10-02", 62), ("2026-08-18", 54)], 48
    )
    chart.blood_pressure([("2024-10-02", 144, 90), ("2025-10-21", 136, 85), ("2026-08-18", 131, 83)])
    for year in range(2019, 2027):
        chart.immunisation("150", f"Influenza {year}", f"{year}-10-14")
    for day, why in (
        ("2024-10-02", "Yearly check"),
        ("2025-10-21", "Yearly check"),
        ("2025-12-03", "Sore throat"),
        ("2026-08-18", "Diabetes check"),
        ("2026-10-14", "Vaccination"),
    ):
        chart.visit(day, why)
    chart.document(
        "34133-9",
        "Letter to St Mary Hospital",
        "2026-08-18",
        "Dear Dr Okafor, thank you for seeing Mrs Lindgren.",
    )
    chart.message(
        "2026-11-17",
        "Your results are in. Nothing needs to change before your next visit.",
        from_patient=False,
    )
    return [chart.patient, *chart.resources]


def _results(chart: Chart) -> None:
    sugar = chart.lab("59261-8", "HbA1c", "mmol/mol", list(zip(TESTED, HBA1C, strict=True)), 48)
    chart.lab("22748-8", "LDL cholesterol", "mmol/L", list(zip(TESTED, LDL, strict=True)), 2.6)
    kidney = chart.lab("14682-9", "Creatinine", "umol/L", list(zip(TESTED, CREATININE, strict=True)), 90)
    chart.lab(
        "98979-8", "Kidney function (eGFR)", "mL/min/{1.73_m2}", list(zip(TESTED, KIDNEYS, strict=True)), None
    )
    chart.lab("14646-4", "HDL cholesterol", "mmol/L", list(zip(TESTED[3:], HDL, strict=True)), None)
    chart.lab("14927-8", "Triglycerides", "mmol/L", list(zip(TESTED[3:], TRIGLYCERIDES, strict=True)), 1.7)
    chart.report("Diabetes check, blood", TESTED[-1], [sugar[-1], kidney[-1]])


def _measurements(chart: Chart) -> None:
    chart.vital("29463-7", "Weight", "kg", list(zip(MEASURED, WEIGHT, strict=True)))
    chart.vital("8867-4", "Heart rate", "/min", [(day, 70 + index % 5) for index, day in enumerate(MEASURED)])
    chart.vital("8302-2", "Height", "cm", [("2023-01-12", 171)])
    chart.blood_pressure([(day, *pair) for day, pair in zip(MEASURED, PRESSURE, strict=True)])
    chart.social("72166-2", "Smoking", "2023-01-12", concept(SNOMED, "266919005", "Never smoked"))
    chart.social("63512-8", "Household", "2025-02-13", {"text": "Lives with her husband and a son"})


def _care(chart: Chart, diabetes: str, low_mood: str, emergency: str) -> None:
    for code, name, day in (
        ("208", "COVID-19", "2021-04-21"),
        ("208", "COVID-19", "2021-07-14"),
        ("115", "Tetanus, diphtheria, whooping cough", "2019-06-03"),
        ("133", "Pneumococcal", "2024-09-10"),
    ):
        chart.immunisation(code, name, day)
    chart.procedure("252779009", "Eye photograph for diabetes", "2024-05-07")
    chart.procedure("252779009", "Eye photograph for diabetes", "2026-05-06")
    chart.procedure("80146002", "Removal of the appendix", "1994-11-23")
    for day in TESTED:
        chart.visit(day, "Diabetes clinic", reason=diabetes)
    chart.visit("2025-01-20", "Consultation", reason=low_mood)
    chart.visit("2026-11-02", "Low blood sugar", kind="EMER", by=emergency)
    chart.document(
        "18842-5",
        "Discharge letter",
        "2026-11-02",
        "Brought in with low blood sugar. Recovered within the hour. Home the same day.",
    )
    chart.document(
        "11488-4",
        "Clinic letter",
        "2026-11-16",
        "HbA1c has fallen at each of the last four tests. Keep the medicines as they are.",
    )
    _plans(chart, diabetes)


def _plans(chart: Chart, diabetes: str) -> None:
    goal = chart.add(
        "Goal", "hba1c",
        lifecycleStatus="active", description={"text": "HbA1c of 48 mmol/mol or less"}, startDate="2025-02-13",
        target=[{"measure": concept(LOINC, "59261-8", "HbA1c"), "dueDate": "2027-02-28",
                 "detailQuantity": {"value": 48, "comparator": "<=", "unit": "mmol/mol"}}],
    )  # fmt: skip
    chart.add(
        "CarePlan", "diabetes",
        status="active", intent="plan", title="Diabetes plan", period={"start": "2025-02-13"},
        category=[concept(SNOMED, "698360004", "Diabetes self-management plan")],
        addresses=[{"reference": diabetes}], goal=[{"reference": goal}],
    )  # fmt: skip
    chart.add(
        "Coverage", "health",
        status="active", type={"text": "Health insurance"}, period={"start": "2019-01-01"},
        payor=[{"display": "Harbour Mutual"}],
    )  # fmt: skip
    chart.message("2026-11-10", "Should I fast before Monday's blood test?", from_patient=True)
    chart.message("2026-11-11", "No, eat as usual.", from_patient=False)
