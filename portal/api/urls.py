"""Addresses of the REST interface."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularJSONAPIView

from portal.api.views import documents
from portal.api.views.accesses import Accesses
from portal.api.views.apps import AppEnd, Apps, AppTakeBack
from portal.api.views.archives import Archive, ArchiveFile, Archives
from portal.api.views.contract_steps import (
    ContractCosign,
    ContractCosignDecline,
    ContractResume,
    ContractRevoke,
    ContractSuspend,
    Cosignatures,
)
from portal.api.views.contracts import Contract, Contracts
from portal.api.views.corrections import (
    Correction,
    CorrectionAccept,
    CorrectionDeny,
    CorrectionDesk,
    CorrectionDisagree,
    CorrectionExtend,
    CorrectionPut,
    Corrections,
)
from portal.api.views.disclosures import Disclosures, DisclosuresFile
from portal.api.views.emergencies import Emergency, EmergencyAccess, EmergencyEnd
from portal.api.views.emergency_reviews import EmergencyReview, EmergencyReviewConclude, EmergencyReviews
from portal.api.views.guardians import GuardianResume, Guardians, GuardiansThere, GuardianSuspend
from portal.api.views.invitations import Invitations, InvitationTakeUp, InvitationWithdraw
from portal.api.views.ledgers import Entries, Ledger, Receipt
from portal.api.views.limits import (
    LimitAsk,
    LimitHere,
    LimitLift,
    LimitReview,
    Limits,
    LimitsHere,
)
from portal.api.views.me import MeView, MyCopy
from portal.api.views.members import MemberRemove, MemberRoles, Members
from portal.api.views.onlookers import Onlookers
from portal.api.views.passkeys import ContractChallenge, ContractSign
from portal.api.views.patients import PatientsFind, Worklist
from portal.api.views.patterns import Patterns, PatternThresholds
from portal.api.views.people import (
    People,
    TheirContractChallenge,
    TheirContractRevoke,
    TheirContracts,
    TheirContractSign,
)
from portal.api.views.policies import BasePolicy, EmergencyRule, Policies
from portal.api.views.proofs import Completeness, Consistency
from portal.api.views.questions import Question, QuestionAnswer, QuestionDesk, QuestionPut, Questions
from portal.api.views.reports import Reports
from portal.api.views.requests import RequestDecline, Requests
from portal.api.views.runs import Replay, Replays, Verification, Verifications
from portal.api.views.share_codes import ShareCodeAdmit, ShareCodeEnd, ShareCodes
from portal.api.views.templates import ContractTemplates

app_name = "api"

urlpatterns = [
    path("v1/me/", MeView.as_view(), name="me"),
    path("v1/me/copy/", MyCopy.as_view(), name="copy"),
    path("v1/contract-templates/", ContractTemplates.as_view(), name="contract-templates"),
    path("v1/contracts/", Contracts.as_view(), name="contracts"),
    path("v1/contracts/<uuid:contract>/", Contract.as_view(), name="contract"),
    path("v1/contracts/<uuid:contract>/revoke/", ContractRevoke.as_view(), name="contract-revoke"),
    path("v1/contracts/<uuid:contract>/suspend/", ContractSuspend.as_view(), name="contract-suspend"),
    path("v1/contracts/<uuid:contract>/resume/", ContractResume.as_view(), name="contract-resume"),
    path("v1/contracts/<uuid:contract>/cosign/", ContractCosign.as_view(), name="contract-cosign"),
    path(
        "v1/contracts/<uuid:contract>/cosign/decline/",
        ContractCosignDecline.as_view(),
        name="contract-cosign-decline",
    ),
    path("v1/cosignatures/", Cosignatures.as_view(), name="cosignatures"),
    path("v1/contracts/<uuid:contract>/challenge/", ContractChallenge.as_view(), name="contract-challenge"),
    path("v1/contracts/<uuid:contract>/sign/", ContractSign.as_view(), name="contract-sign"),
    path("v1/onlookers/", Onlookers.as_view(), name="onlookers"),
    path("v1/requests/", Requests.as_view(), name="requests"),
    path("v1/requests/<uuid:asked>/decline/", RequestDecline.as_view(), name="request-decline"),
    path("v1/emergency-access/", EmergencyAccess.as_view(), name="emergency-access"),
    path("v1/emergency-access/<uuid:session>/", Emergency.as_view(), name="emergency"),
    path("v1/emergency-access/<uuid:session>/end/", EmergencyEnd.as_view(), name="emergency-end"),
    path("v1/policies/<slug:tenant>/", Policies.as_view(), name="policies"),
    path("v1/policies/<slug:tenant>/base/", BasePolicy.as_view(), name="policies-base"),
    path("v1/policies/<slug:tenant>/emergency/", EmergencyRule.as_view(), name="policies-emergency"),
    path("v1/members/<slug:tenant>/", Members.as_view(), name="members"),
    path("v1/members/<slug:tenant>/<uuid:member>/remove/", MemberRemove.as_view(), name="member-remove"),
    path("v1/members/<slug:tenant>/<uuid:member>/roles/", MemberRoles.as_view(), name="member-roles"),
    path("v1/members/<slug:tenant>/invitations/", Invitations.as_view(), name="invitations"),
    path(
        "v1/members/<slug:tenant>/invitations/<uuid:invitation>/withdraw/",
        InvitationWithdraw.as_view(),
        name="invitation-withdraw",
    ),
    path("v1/invitations/take-up/", InvitationTakeUp.as_view(), name="invitation-take-up"),
    path("v1/emergency-reviews/<slug:tenant>/", EmergencyReviews.as_view(), name="reviews"),
    path("v1/emergency-reviews/<slug:tenant>/<uuid:session>/", EmergencyReview.as_view(), name="review"),
    path(
        "v1/emergency-reviews/<slug:tenant>/<uuid:session>/conclude/",
        EmergencyReviewConclude.as_view(),
        name="review-conclude",
    ),
    path("v1/patients/find/", PatientsFind.as_view(), name="patients-find"),
    path("v1/worklist/", Worklist.as_view(), name="worklist"),
    path("v1/apps/", Apps.as_view(), name="apps"),
    path("v1/apps/<uuid:connection>/take-back/", AppTakeBack.as_view(), name="app-take-back"),
    path("v1/apps/<uuid:connection>/end/", AppEnd.as_view(), name="app-end"),
    path("v1/share-codes/", ShareCodes.as_view(), name="share-codes"),
    path("v1/share-codes/<uuid:share>/admit/", ShareCodeAdmit.as_view(), name="share-code-admit"),
    path("v1/share-codes/<uuid:share>/end/", ShareCodeEnd.as_view(), name="share-code-end"),
    path("v1/guardians/", Guardians.as_view(), name="guardians"),
    path("v1/guardians/<slug:tenant>/", GuardiansThere.as_view(), name="guardians-there"),
    path(
        "v1/guardians/<slug:tenant>/<uuid:contract>/suspend/",
        GuardianSuspend.as_view(),
        name="guardian-suspend",
    ),
    path(
        "v1/guardians/<slug:tenant>/<uuid:contract>/resume/", GuardianResume.as_view(), name="guardian-resume"
    ),
    path("v1/limits/", Limits.as_view(), name="limits"),
    path("v1/limits/<slug:tenant>/", LimitsHere.as_view(), name="limits-here"),
    path("v1/limits/<slug:tenant>/<uuid:limit>/", LimitHere.as_view(), name="limit"),
    path("v1/limits/<slug:tenant>/<uuid:limit>/ask/", LimitAsk.as_view(), name="limit-ask"),
    path("v1/limits/<slug:tenant>/<uuid:limit>/review/", LimitReview.as_view(), name="limit-review"),
    path("v1/limits/<slug:tenant>/<uuid:limit>/lift/", LimitLift.as_view(), name="limit-lift"),
    path("v1/people/", People.as_view(), name="people"),
    path("v1/people/<uuid:person>/contracts/", TheirContracts.as_view(), name="their-contracts"),
    path(
        "v1/people/<uuid:person>/contracts/<uuid:contract>/challenge/",
        TheirContractChallenge.as_view(),
        name="their-contract-challenge",
    ),
    path(
        "v1/people/<uuid:person>/contracts/<uuid:contract>/sign/",
        TheirContractSign.as_view(),
        name="their-contract-sign",
    ),
    path(
        "v1/people/<uuid:person>/contracts/<uuid:contract>/revoke/",
        TheirContractRevoke.as_view(),
        name="their-contract-revoke",
    ),
    path("v1/accesses/", Accesses.as_view(), name="accesses"),
    path("v1/questions/", Questions.as_view(), name="questions"),
    path("v1/questions/<uuid:case>/", Question.as_view(), name="question"),
    path("v1/cases/<slug:tenant>/questions/", QuestionDesk.as_view(), name="cases-questions"),
    path("v1/cases/<slug:tenant>/questions/<uuid:case>/", QuestionPut.as_view(), name="cases-question"),
    path(
        "v1/cases/<slug:tenant>/questions/<uuid:case>/answer/",
        QuestionAnswer.as_view(),
        name="cases-question-answer",
    ),
    path("v1/corrections/", Corrections.as_view(), name="corrections"),
    path("v1/corrections/<uuid:case>/", Correction.as_view(), name="correction"),
    path("v1/corrections/<uuid:case>/disagree/", CorrectionDisagree.as_view(), name="correction-disagree"),
    path("v1/cases/<slug:tenant>/corrections/", CorrectionDesk.as_view(), name="cases-corrections"),
    path("v1/cases/<slug:tenant>/corrections/<uuid:case>/", CorrectionPut.as_view(), name="cases-correction"),
    path(
        "v1/cases/<slug:tenant>/corrections/<uuid:case>/accept/",
        CorrectionAccept.as_view(),
        name="cases-correction-accept",
    ),
    path(
        "v1/cases/<slug:tenant>/corrections/<uuid:case>/deny/",
        CorrectionDeny.as_view(),
        name="cases-correction-deny",
    ),
    path(
        "v1/cases/<slug:tenant>/corrections/<uuid:case>/extend/",
        CorrectionExtend.as_view(),
        name="cases-correction-extend",
    ),
    path("v1/reports/", Reports.as_view(), name="reports"),
    path("v1/disclosures/<slug:tenant>/<str:patient>/", Disclosures.as_view(), name="disclosures"),
    path(
        "v1/disclosures/<slug:tenant>/<str:patient>/<slug:form>/",
        DisclosuresFile.as_view(),
        name="disclosures-file",
    ),
    path("v1/ledger/<slug:tenant>/", Ledger.as_view(), name="ledger"),
    path("v1/ledger/<slug:tenant>/completeness/", Completeness.as_view(), name="ledger-completeness"),
    path("v1/ledger/<slug:tenant>/consistency/", Consistency.as_view(), name="ledger-consistency"),
    path("v1/ledger/<slug:tenant>/entries/", Entries.as_view(), name="ledger-entries"),
    path("v1/ledger/<slug:tenant>/patterns/", Patterns.as_view(), name="ledger-patterns"),
    path(
        "v1/ledger/<slug:tenant>/patterns/thresholds/",
        PatternThresholds.as_view(),
        name="ledger-thresholds",
    ),
    path("v1/ledger/<slug:tenant>/entries/<uuid:entry>/receipt/", Receipt.as_view(), name="receipt"),
    path("v1/ledger/<slug:tenant>/verifications/", Verifications.as_view(), name="ledger-verifications"),
    path(
        "v1/ledger/<slug:tenant>/verifications/<uuid:run>/",
        Verification.as_view(),
        name="ledger-verification",
    ),
    path("v1/ledger/<slug:tenant>/replays/", Replays.as_view(), name="ledger-replays"),
    path("v1/ledger/<slug:tenant>/replays/<uuid:run>/", Replay.as_view(), name="ledger-replay"),
    path("v1/ledger/<slug:tenant>/evidence/", Archives.as_view(), name="ledger-archives"),
    path("v1/ledger/<slug:tenant>/evidence/<uuid:archive>/", Archive.as_view(), name="ledger-archive"),
    path(
        "v1/ledger/<slug:tenant>/evidence/<uuid:archive>/file/",
        ArchiveFile.as_view(),
        name="ledger-archive-file",
    ),
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("docs/", documents.Pages.as_view(), name="docs"),
    path("problems/", documents.problem_codes, name="problems"),
    re_path(r"^(?:[\s\S]*/)?\Z", documents.NotHere.as_view(), name="not-here"),
]
