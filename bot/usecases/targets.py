"""Pipeline targets of a face: reports by people in Slack, by tokens of the REST door and by webhooks' answers."""

from dataclasses import dataclass

from bot.domain.audit import AuditEvent
from bot.domain.errors import NotAvailableHere
from bot.domain.face import Face
from bot.domain.target import (
    TARGET_REPORTED,
    Reporter,
    ReportSource,
    TargetInput,
    TargetReport,
    all_targets,
    find_target,
)
from bot.usecases.access import PermittedUseCase
from bot.usecases.recall import Recall

TargetList = tuple[tuple[str, TargetReport | None], ...]


@dataclass(frozen=True)
class TargetForm:
    """A face, and each target with its report; None where nobody reported, which means: not tried."""

    face: Face
    targets: TargetList


@dataclass(frozen=True, slots=True)
class Targets(PermittedUseCase):
    """Stores what somebody reported, and never infers a state."""

    recall: Recall

    async def list_for(self, face: Face) -> TargetList:
        """Return the targets of the face's production and others with a report; the caller checks who may see it."""
        settings = await self.settings_of(face.place)
        return all_targets(settings.targets, await self.storage.targets.list_for_face(face.round_id))

    async def form(self, round_id: str, person: str) -> TargetForm:
        """Return the form for a person; raises NotAvailableHere, PermissionDenied."""
        face = await self._face_of_person(round_id, person)
        return TargetForm(face, await self.list_for(face))

    async def report_by_person(self, round_id: str, person: str, report: TargetInput) -> bool:
        """Store a person's report; False if it says nothing new.

        Raises NotAvailableHere, PermissionDenied, BriefError for a target that the production does not use.
        """
        face = await self._face_of_person(round_id, person)
        return await self._save(face, report, Reporter(ReportSource.PERSON, person))

    async def report_by_program(self, face: Face, report: TargetInput, reporter: Reporter) -> bool:
        """Store a program's report; False if it says nothing new.

        The caller checks that the program may see the face. Raises NotAvailableHere for a face whose pictures are
        hidden, BriefError for a target that the production does not use.
        """
        if await self.recall.is_reported(face.round_id):
            raise NotAvailableHere("reported")
        return await self._save(face, report, reporter)

    async def _face_of_person(self, round_id: str, person: str) -> Face:
        face = await self.recall.get_face(round_id, person)
        await self.permissions.require_report(face.place, person)
        return face

    async def _save(self, face: Face, report: TargetInput, reporter: Reporter) -> bool:
        known = [target for target, _ in await self.list_for(face)]
        target, now = find_target(report.target, known), self.ports.now()
        detail = "\n".join((target, report.state, report.external_id, reporter.name))
        event = AuditEvent(TARGET_REPORTED, face.place, reporter.person, now, face.character_id, face.round_id, detail)
        stored = TargetReport(face.round_id, target, report.state, report.external_id, now, reporter)
        is_new = await self.storage.targets.save(stored, event)
        if is_new:
            self.ports.publisher.schedule_redraw(face.round_id)
        return is_new
