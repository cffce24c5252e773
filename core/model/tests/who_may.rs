//! The paragraph "Who may" of `docs/records.md` §4.1 against the product's own role table, sentence by sentence.
//!
//! Each sentence has somebody who may and, with the reason, whoever may not. Cases lie in grid 53 unless the row says
//! otherwise; "own" means of the case's area or party.

mod histories;

use gewu_model::act::{
    AdoptBody, Body, CheckBody, CloseBody, DeclineBody, DeclineReason, ExtendBody, FileBody, Filing, HandBody,
    PartyBody, PlainBody, Profile, RelocateBody, ReportBody, ResumeBody, ReviseBody, SuspendBody,
};
use gewu_model::case::{Assignee, Birth, CaseState, Field, Position, Stage};
use gewu_model::fold::Who;
use gewu_model::ids::{DeviceId, EntryHash, FeedId, PersonId};
use gewu_model::rights::{Refusal, Role, may};

use histories::{World, who};

/// The reporter, the person who handled and the person who claimed, by number.
const REPORTER: u8 = 1;
const HAND: u8 = 2;
const CLAIMANT: u8 = 3;
const OTHER: u8 = 9;

struct Table {
    world: World,
}

impl Table {
    fn new() -> Self {
        Self { world: World::new() }
    }

    fn grid(&self) -> FeedId {
        self.world.grids[0]
    }

    fn next_grid(&self) -> FeedId {
        self.world.grids[1]
    }

    fn party(&self) -> FeedId {
        self.world.parties[0]
    }

    fn other_party(&self) -> FeedId {
        self.world.parties[1]
    }

    /// A case of the standard profile in grid 53, reported by the reporter.
    fn case(&self, stage: Stage) -> CaseState {
        CaseState {
            position: Some(Position { round: 0, stage }),
            profile: Profile::Standard,
            birth: Some(Birth {
                person: Some(PersonId([REPORTER; 16])),
                device: DeviceId([0; 16]),
                time_s: 0,
                self_handled: false,
            }),
            area: Some(Field::settled(self.grid())),
            ..CaseState::default()
        }
    }

    fn light(&self, stage: Stage) -> CaseState {
        CaseState { profile: Profile::Light, ..self.case(stage) }
    }

    fn given_to_party(&self, stage: Stage) -> CaseState {
        CaseState { assignees: vec![Assignee { party: Some(self.party()), person: None }], ..self.case(stage) }
    }

    fn claimed(&self) -> CaseState {
        let person = Some(PersonId([CLAIMANT; 16]));
        CaseState { assignees: vec![Assignee { party: None, person }], ..self.case(Stage::Dispatched) }
    }

    fn handled(&self, state: CaseState) -> CaseState {
        CaseState { handlers: vec![PersonId([HAND; 16])], ..state }
    }

    #[track_caller]
    fn check(&self, by: Who, body: &Body, seen: &CaseState, expected: Result<(), Refusal>) {
        self.check_words(by, body, seen, true, expected);
    }

    #[track_caller]
    fn check_words(&self, by: Who, body: &Body, seen: &CaseState, words: bool, expected: Result<(), Refusal>) {
        let said = may(&self.world.roles, &self.world.areas, by, body, seen, self.grid(), words);
        assert_eq!(said, expected, "{by:?} {body:?} of {:?} with {:?}", seen.position, seen.assignees);
    }

    /// Nobody but the roles listed may do it, wherever their grants reach.
    #[track_caller]
    fn no_other_role(&self, body: &Body, seen: &CaseState, roles: &[Role]) {
        for &role in Role::ALL.iter().filter(|role| !roles.contains(role)) {
            self.check(who(role, self.world.street, OTHER), body, seen, Err(Refusal::NoRight));
        }
    }
}

fn report() -> ReportBody {
    ReportBody { profile: Profile::Standard, class: "matter/01001".into(), urgent: None, filing: None, origin: None }
}

fn filing() -> Filing {
    Filing { class: "matter/01001".into(), condition: None, limit: None, deadline_s: None, catalogue: 1 }
}

fn decline(reason: DeclineReason) -> Body {
    Body::Decline(DeclineBody { reason })
}

fn revise(filing: Option<Filing>) -> Body {
    Body::Revise(ReviseBody { class: Some("matter/01002".into()), urgent: None, filing, text: None, place: None })
}

fn close() -> Body {
    Body::Close(CloseBody { condition: None })
}

#[test]
fn inspectors_informants_and_volunteers_report_within_their_area() {
    let table = Table::new();
    let (body, nothing) = (Body::Report(report()), CaseState::default());
    for role in [Role::Inspector, Role::Informant, Role::Volunteer] {
        table.check(who(role, table.grid(), OTHER), &body, &nothing, Ok(()));
        table.check(who(role, table.next_grid(), OTHER), &body, &nothing, Err(Refusal::NotYours));
    }
    for role in [Role::Acceptor, Role::Dispatcher, Role::Handler, Role::Overseer, Role::Supervisor] {
        table.check(who(role, table.grid(), OTHER), &body, &nothing, Err(Refusal::NoRight));
    }
}

#[test]
fn acceptors_decline_file_and_void_in_their_area() {
    let table = Table::new();
    let rows = [
        (decline(DeclineReason::NotAccepted), Stage::Reported),
        (decline(DeclineReason::NotFiled), Stage::Reported),
        (Body::File(FileBody { filing: filing() }), Stage::Reported),
        (Body::Void(PlainBody {}), Stage::Filed),
    ];
    for (body, stage) in rows {
        let seen = table.case(stage);
        table.check(who(Role::Acceptor, table.world.community, OTHER), &body, &seen, Ok(()));
        table.check(who(Role::Acceptor, table.next_grid(), OTHER), &body, &seen, Err(Refusal::NotYours));
        table.no_other_role(&body, &seen, &[Role::Acceptor]);
    }
}

#[test]
fn rights_follow_the_area_that_the_case_was_moved_to() {
    let table = Table::new();
    let moved = CaseState { area: Some(Field::settled(table.next_grid())), ..table.case(Stage::Reported) };
    let body = decline(DeclineReason::NotAccepted);
    table.check(who(Role::Acceptor, table.next_grid(), OTHER), &body, &moved, Ok(()));
    table.check(who(Role::Acceptor, table.grid(), OTHER), &body, &moved, Err(Refusal::NotYours));
}

#[test]
fn dispatchers_dispatch() {
    let table = Table::new();
    let (body, seen) = (Body::Dispatch(PartyBody { party: table.party() }), table.case(Stage::Filed));
    table.check(who(Role::Dispatcher, table.world.street, OTHER), &body, &seen, Ok(()));
    table.check(who(Role::Dispatcher, table.next_grid(), OTHER), &body, &seen, Err(Refusal::NotYours));
    table.no_other_role(&body, &seen, &[Role::Dispatcher]);
}

#[test]
fn handlers_and_volunteers_claim_what_is_of_their_area_or_party() {
    let table = Table::new();
    let body = Body::Claim(HandBody { party: None });
    for role in [Role::Handler, Role::Volunteer] {
        table.check(who(role, table.grid(), OTHER), &body, &table.case(Stage::Filed), Ok(()));
        table.check(who(role, table.next_grid(), OTHER), &body, &table.case(Stage::Filed), Err(Refusal::NotYours));
    }
    let of_party = who(Role::Handler, table.party(), OTHER);
    table.check(of_party, &body, &table.given_to_party(Stage::Dispatched), Ok(()));
    table.check(of_party, &body, &table.case(Stage::Filed), Err(Refusal::NotYours));
    table.no_other_role(&body, &table.case(Stage::Filed), &[Role::Handler, Role::Volunteer]);
}

#[test]
fn the_assignees_party_handles_and_with_nobody_assigned_a_handler_of_the_area() {
    let table = Table::new();
    let body = Body::Handle(HandBody { party: None });
    let (given, claimed, free) =
        (table.given_to_party(Stage::Dispatched), table.claimed(), table.case(Stage::Dispatched));
    table.check(who(Role::Handler, table.party(), OTHER), &body, &given, Ok(()));
    table.check(who(Role::Handler, table.other_party(), OTHER), &body, &given, Err(Refusal::NotYours));
    table.check(who(Role::Handler, table.grid(), OTHER), &body, &given, Err(Refusal::NotYours));
    table.check(who(Role::Volunteer, table.grid(), CLAIMANT), &body, &claimed, Ok(()));
    table.check(who(Role::Volunteer, table.grid(), OTHER), &body, &claimed, Err(Refusal::NotYours));
    table.check(who(Role::Handler, table.grid(), OTHER), &body, &claimed, Err(Refusal::NotYours));
    table.check(who(Role::Handler, table.grid(), OTHER), &body, &free, Ok(()));
    table.check(who(Role::Handler, table.next_grid(), OTHER), &body, &free, Err(Refusal::NotYours));
    table.check(who(Role::Handler, table.party(), OTHER), &body, &free, Err(Refusal::NotYours));
    table.no_other_role(&body, &given, &[Role::Handler, Role::Volunteer]);
}

#[test]
fn of_several_assignees_any_party_handles() {
    let table = Table::new();
    let both = [table.party(), table.other_party()].map(|party| Assignee { party: Some(party), person: None });
    let seen = CaseState { assignees: both.to_vec(), ..table.case(Stage::Dispatched) };
    for party in [table.party(), table.other_party()] {
        table.check(who(Role::Handler, party, OTHER), &Body::Handle(HandBody { party: Some(party) }), &seen, Ok(()));
    }
    let body = Body::Handle(HandBody { party: None });
    table.check(who(Role::Handler, table.grid(), OTHER), &body, &seen, Err(Refusal::NotYours));
}

#[test]
fn a_party_whose_dispatch_stands_returns_it() {
    let table = Table::new();
    let seen = table.given_to_party(Stage::Dispatched);
    let back = |party| Body::Return(PartyBody { party });
    table.check(who(Role::Handler, table.party(), OTHER), &back(table.party()), &seen, Ok(()));
    let other = who(Role::Handler, table.other_party(), OTHER);
    table.check(other, &back(table.other_party()), &seen, Err(Refusal::NotYours));
    let of_area = who(Role::Handler, table.grid(), OTHER);
    table.check(of_area, &back(table.party()), &table.case(Stage::Dispatched), Err(Refusal::NotYours));
    table.no_other_role(&back(table.party()), &seen, &[Role::Handler]);
}

#[test]
fn an_inspector_of_that_grid_who_did_not_handle_checks_or_the_acceptor() {
    let table = Table::new();
    let seen = table.handled(table.given_to_party(Stage::Handled));
    for passed in [true, false] {
        let body = Body::Check(CheckBody { passed });
        table.check(who(Role::Inspector, table.grid(), OTHER), &body, &seen, Ok(()));
        table.check(who(Role::Inspector, table.grid(), HAND), &body, &seen, Err(Refusal::OwnHandling));
        table.check(who(Role::Inspector, table.next_grid(), OTHER), &body, &seen, Err(Refusal::NotYours));
        table.check(who(Role::Acceptor, table.world.community, OTHER), &body, &seen, Ok(()));
        table.check(who(Role::Acceptor, table.next_grid(), OTHER), &body, &seen, Err(Refusal::NotYours));
        table.no_other_role(&body, &seen, &[Role::Inspector, Role::Acceptor]);
    }
}

#[test]
fn its_own_reporter_withdraws_a_report_while_it_is_only_reported() {
    let table = Table::new();
    let body = decline(DeclineReason::Withdrawn);
    for role in [Role::Inspector, Role::Informant, Role::Volunteer, Role::Resident] {
        let (own, other) = (who(role, table.grid(), REPORTER), who(role, table.grid(), OTHER));
        table.check(own, &body, &table.case(Stage::Reported), Ok(()));
        table.check(other, &body, &table.case(Stage::Reported), Err(Refusal::NotYours));
        for stage in [Stage::Filed, Stage::Declined, Stage::Dispatched] {
            table.check(own, &body, &table.case(stage), Err(Refusal::TooLate));
        }
    }
    // Declining for another reason is the acceptor's, and withdrawing is not.
    let reporter = who(Role::Inspector, table.grid(), REPORTER);
    let not_accepted = decline(DeclineReason::NotAccepted);
    table.check(reporter, &not_accepted, &table.case(Stage::Reported), Err(Refusal::NoRight));
    let acceptor = who(Role::Acceptor, table.grid(), REPORTER);
    table.check(acceptor, &body, &table.case(Stage::Reported), Err(Refusal::NoRight));
}

#[test]
fn the_acceptor_closes_and_of_light_cases_an_inspector_of_that_grid_who_did_not_handle() {
    let table = Table::new();
    let (light, standard) = (table.handled(table.light(Stage::Handled)), table.handled(table.case(Stage::Checked)));
    for seen in [&light, &standard] {
        table.check(who(Role::Acceptor, table.world.community, OTHER), &close(), seen, Ok(()));
        table.check(who(Role::Acceptor, table.next_grid(), OTHER), &close(), seen, Err(Refusal::NotYours));
        table.no_other_role(&close(), seen, &[Role::Acceptor, Role::Inspector]);
    }
    table.check(who(Role::Inspector, table.grid(), OTHER), &close(), &light, Ok(()));
    table.check(who(Role::Inspector, table.grid(), HAND), &close(), &light, Err(Refusal::OwnHandling));
    table.check(who(Role::Inspector, table.next_grid(), OTHER), &close(), &light, Err(Refusal::NotYours));
    table.check(who(Role::Inspector, table.grid(), OTHER), &close(), &standard, Err(Refusal::NoRight));
}

#[test]
fn inspectors_report_and_handle_in_one() {
    let table = Table::new();
    let (body, nothing) = (Body::SelfHandle(report()), CaseState::default());
    table.check(who(Role::Inspector, table.grid(), OTHER), &body, &nothing, Ok(()));
    table.check(who(Role::Inspector, table.next_grid(), OTHER), &body, &nothing, Err(Refusal::NotYours));
    table.no_other_role(&body, &nothing, &[Role::Inspector]);
}

#[test]
fn inspectors_of_that_grid_the_reporter_and_supervisors_reopen() {
    let table = Table::new();
    let (body, seen) = (Body::Reopen(PlainBody {}), table.case(Stage::Closed));
    table.check(who(Role::Inspector, table.grid(), OTHER), &body, &seen, Ok(()));
    table.check(who(Role::Inspector, table.next_grid(), OTHER), &body, &seen, Err(Refusal::NotYours));
    table.check(who(Role::Supervisor, table.world.community, OTHER), &body, &seen, Ok(()));
    table.check(who(Role::Supervisor, table.next_grid(), OTHER), &body, &seen, Err(Refusal::NotYours));
    for role in [Role::Informant, Role::Volunteer] {
        table.check(who(role, table.grid(), REPORTER), &body, &seen, Ok(()));
        table.check(who(role, table.grid(), OTHER), &body, &seen, Err(Refusal::NotYours));
    }
    for role in [Role::Acceptor, Role::Dispatcher, Role::Overseer] {
        table.check(who(role, table.world.street, OTHER), &body, &seen, Err(Refusal::NoRight));
    }
}

#[test]
fn overseers_close_by_force_with_a_reason() {
    let table = Table::new();
    let (body, seen) = (Body::ForceClose(PlainBody {}), table.case(Stage::Dispatched));
    let overseer = who(Role::Overseer, table.world.street, OTHER);
    table.check_words(overseer, &body, &seen, true, Ok(()));
    table.check_words(overseer, &body, &seen, false, Err(Refusal::WordsMissing));
    table.check(who(Role::Overseer, table.next_grid(), OTHER), &body, &seen, Err(Refusal::NotYours));
    table.no_other_role(&body, &seen, &[Role::Overseer]);
}

#[test]
fn dispatchers_extend_suspend_resume_relocate_and_revise_the_filing() {
    let table = Table::new();
    let seen = table.given_to_party(Stage::Dispatched);
    let asked_by = table.party();
    let bodies = [
        Body::Extend(ExtendBody { deadline_s: 1, asked_by }),
        Body::Suspend(SuspendBody { until_s: 1, asked_by }),
        Body::Resume(ResumeBody { deadline_s: 1 }),
        Body::Relocate(RelocateBody { area: table.next_grid() }),
        revise(Some(filing())),
    ];
    for body in bodies {
        table.check(who(Role::Dispatcher, table.world.community, OTHER), &body, &seen, Ok(()));
        table.check(who(Role::Dispatcher, table.next_grid(), OTHER), &body, &seen, Err(Refusal::NotYours));
        // Also the party that asks has to ask.
        table.check(who(Role::Handler, table.party(), OTHER), &body, &seen, Err(Refusal::NoRight));
        table.no_other_role(&body, &seen, &[Role::Dispatcher]);
    }
}

#[test]
fn its_reporter_revises_a_report_until_it_is_filed() {
    let table = Table::new();
    let body = revise(None);
    for role in [Role::Inspector, Role::Informant, Role::Volunteer, Role::Resident] {
        let (own, other) = (who(role, table.grid(), REPORTER), who(role, table.grid(), OTHER));
        table.check(own, &body, &table.case(Stage::Reported), Ok(()));
        table.check(other, &body, &table.case(Stage::Reported), Err(Refusal::NotYours));
        for stage in [Stage::Filed, Stage::Voided, Stage::Dispatched, Stage::Handled, Stage::Checked, Stage::Closed] {
            table.check(own, &body, &table.case(stage), Err(Refusal::TooLate));
        }
        // What was filed is the dispatcher's.
        table.check(own, &revise(Some(filing())), &table.case(Stage::Reported), Err(Refusal::NoRight));
    }
}

#[test]
fn whoever_may_read_the_case_adds_notes() {
    let table = Table::new();
    let (body, seen) = (Body::Note(PlainBody {}), table.given_to_party(Stage::Dispatched));
    for role in Role::ALL.iter().copied().filter(|role| *role != Role::Resident) {
        table.check(who(role, table.grid(), OTHER), &body, &seen, Ok(()));
        table.check(who(role, table.next_grid(), OTHER), &body, &seen, Err(Refusal::NotYours));
    }
    table.check(who(Role::Handler, table.party(), OTHER), &body, &seen, Ok(()));
    table.check(who(Role::Handler, table.other_party(), OTHER), &body, &seen, Err(Refusal::NotYours));
    table.check(who(Role::Informant, table.next_grid(), REPORTER), &body, &seen, Ok(()));
    // A case that was moved away stays readable where it was born.
    let moved = CaseState { area: Some(Field::settled(table.next_grid())), ..seen };
    table.check(who(Role::Inspector, table.grid(), OTHER), &body, &moved, Ok(()));
    table.check(who(Role::Inspector, table.next_grid(), OTHER), &body, &moved, Ok(()));
}

#[test]
fn supervisors_adopt() {
    let table = Table::new();
    let (body, seen) = (Body::Adopt(AdoptBody { entry: EntryHash([1; 32]) }), table.case(Stage::Filed));
    table.check(who(Role::Supervisor, table.world.community, OTHER), &body, &seen, Ok(()));
    table.check(who(Role::Supervisor, table.next_grid(), OTHER), &body, &seen, Err(Refusal::NotYours));
    table.no_other_role(&body, &seen, &[Role::Supervisor]);
    // Also of a record whose birth was refused, which lies in its feed.
    table.check(who(Role::Supervisor, table.grid(), OTHER), &body, &CaseState::default(), Ok(()));
}

#[test]
fn what_a_newer_version_says_is_nobodys_right() {
    let table = Table::new();
    table.no_other_role(&Body::Unknown(7_000), &table.case(Stage::Filed), &[]);
}

#[test]
fn nobody_speaks_for_another_party() {
    let table = Table::new();
    let both = [table.party(), table.other_party()].map(|party| Assignee { party: Some(party), person: None });
    let seen = CaseState { assignees: both.to_vec(), ..table.case(Stage::Dispatched) };
    let handler = who(Role::Handler, table.party(), OTHER);
    let foreign = table.other_party();
    table.check(handler, &Body::Return(PartyBody { party: foreign }), &seen, Err(Refusal::NotYours));
    table.check(handler, &Body::Handle(HandBody { party: Some(foreign) }), &seen, Err(Refusal::NotYours));
    let volunteer = who(Role::Volunteer, table.grid(), OTHER);
    let claim = Body::Claim(HandBody { party: Some(foreign) });
    table.check(volunteer, &claim, &table.case(Stage::Filed), Err(Refusal::NotYours));
}

#[test]
fn a_volunteer_handles_what_it_claimed_and_nothing_that_nobody_has() {
    let table = Table::new();
    let body = Body::Handle(HandBody { party: None });
    let volunteer = who(Role::Volunteer, table.grid(), OTHER);
    table.check(volunteer, &body, &table.case(Stage::Dispatched), Err(Refusal::NotYours));
    let claimed = vec![Assignee { party: None, person: Some(PersonId([OTHER; 16])) }];
    let seen = CaseState { assignees: claimed, ..table.case(Stage::Dispatched) };
    table.check(volunteer, &body, &seen, Ok(()));
}

#[test]
fn a_dispatcher_does_not_put_words_into_a_reporters_mouth() {
    let table = Table::new();
    let dispatcher = who(Role::Dispatcher, table.grid(), OTHER);
    table.check(dispatcher, &revise(None), &table.case(Stage::Handled), Err(Refusal::NoRight));
}

#[test]
fn a_resident_disputes_its_own_case() {
    let table = Table::new();
    let resident = who(Role::Resident, table.grid(), REPORTER);
    table.check(resident, &Body::Reopen(PlainBody {}), &table.case(Stage::Closed), Ok(()));
}
