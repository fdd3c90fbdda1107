"""The addresses of approvals."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.approvals import inbox, mailed, record

urlpatterns = [
    path("approvals/", inbox.show, name="approvals"),
    path("home/approvals", inbox.oldest, name="my_approvals"),
    path("approvals/items/<int:item_id>/answer", inbox.answer, name="approval_answer"),
    path("approvals/items/<int:item_id>/hand-over", inbox.hand_over, name="approval_hand_over"),
    path("approvals/answers", inbox.answer_many, name="approval_answers"),
    path("approvals/requests/<int:instance_id>/recall", inbox.take_back, name="approval_recall"),
    path("approvals/mail/<str:token>/", mailed.show, name="approval_mailed"),
    path("r/<str:record_id>/approval", record.panel, name="record_approval"),
    path("r/<str:record_id>/approval/submit", record.submit_form, name="submit_approval"),
]
