"""Addresses of administrators and privacy officers, under /administration/."""

from django.urls import path

from portal.administration import answering, guarding, keeping, restricting, starting, views

app_name = "administration"
urlpatterns = [
    path("", views.entrance, name="entrance"),
    path("<slug:place>/staff/", views.staff, name="staff"),
    path("<slug:place>/staff/<uuid:member>/remove/", views.remove, name="staff_remove"),
    path("<slug:place>/staff/sign-in/", views.sign_in, name="sign_in"),
    path("<slug:place>/staff/invitations/<uuid:invitation>/withdraw/", views.withdraw, name="withdraw"),
    path("<slug:place>/reviews/", views.reviews, name="reviews"),
    path("<slug:place>/reviews/<uuid:session>/", views.review, name="review"),
    path("<slug:place>/cases/", answering.cases, name="cases"),
    path("<slug:place>/cases/<uuid:case>/", answering.case, name="case"),
    path("<slug:place>/guardians/", guarding.guardians, name="guardians"),
    path("<slug:place>/guardians/<uuid:contract>/pause/", guarding.pause, name="guardian_pause"),
    path("<slug:place>/guardians/<uuid:contract>/go-on/", guarding.go_on, name="guardian_go_on"),
    path("<slug:place>/restrictions/", restricting.restrictions, name="restrictions"),
    path("<slug:place>/restrictions/<uuid:restriction>/", restricting.restriction, name="restriction"),
    path("<slug:place>/restrictions/<uuid:restriction>/lift/", restricting.lift, name="restriction_lift"),
    path("<slug:place>/keys/", keeping.keys, name="keys"),
    path("<slug:place>/keys/witnesses/add/", keeping.add_witness, name="witness_add"),
    path("<slug:place>/keys/witnesses/remove/", keeping.remove_witness, name="witness_remove"),
    path("<slug:place>/keys/quorum/", keeping.quorum, name="quorum"),
    path("<slug:place>/first-steps/", starting.first_steps, name="first_steps"),
    path("<slug:place>/policy/", views.policy, name="policy"),
    path("<slug:place>/policy/emergency/", views.emergency_rule, name="emergency_rule"),
]
