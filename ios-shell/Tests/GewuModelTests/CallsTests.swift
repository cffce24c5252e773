import Dispatch
import Foundation
import GewuBindings
@testable import GewuModel
import Street
import Synchronization
import Testing

private nonisolated(unsafe) let mainMark = DispatchSpecificKey<Bool>()

/// Whether this runs where the main actor does, once its queue is marked; on Linux that is no fixed thread.
private func isMain() -> Bool { DispatchQueue.getSpecific(key: mainMark) == true }

/// The core of a phone, which writes down every call that is made of it, and whether it came on the main thread.
private final class Counting: Device, @unchecked Sendable {
    private let asked = Mutex<[(name: String, isMain: Bool)]>([])
    /// A class that somebody else chose for every case.
    let contested = Mutex<String?>(nil)

    private func note(_ name: String) { asked.withLock { $0.append((name, isMain())) } }

    /// What was called since this was asked last.
    func take() -> [String] {
        asked.withLock { calls in
            defer { calls = [] }
            #expect(calls.allSatisfy { !$0.isMain }, "on the main thread: \(calls.filter(\.isMain).map(\.name))")
            return calls.map(\.name)
        }
    }

    /// Some other class than a lamp; not counted.
    func other() throws -> ClassLine? { try super.findClasses(text: "井盖").first { $0.key != lamp } }

    override func who() throws -> Enrolled {
        note("who")
        return try super.who()
    }

    override func today(after: String?) throws -> CasePage {
        note("today")
        return try super.today(after: after)
    }

    override func drafts() throws -> [Draft] {
        note("drafts")
        return try super.drafts()
    }

    override func usualClasses(area: String?) throws -> [ClassLine] {
        note("usualClasses")
        return try super.usualClasses(area: area)
    }

    override func findClasses(text: String) throws -> [ClassLine] {
        note("findClasses")
        return try super.findClasses(text: text)
    }

    override func findAreas(kind: Kind, text: String) throws -> [AreaView] {
        note("findAreas")
        return try super.findAreas(kind: kind, text: text)
    }

    override func farOff(area: String?, place: Place) throws -> FarOff? {
        note("farOff")
        return try super.farOff(area: area, place: place)
    }

    override func supervise(query: RateQuery) throws -> SuperviseView {
        note("supervise")
        return try super.supervise(query: query)
    }

    override func toSettle(after: String?) throws -> SettlePage {
        note("toSettle")
        return try super.toSettle(after: after)
    }

    override func me() throws -> MeView {
        note("me")
        return try super.me()
    }

    override func `case`(name: String) throws -> CaseDetail {
        note("case")
        let read = try super.case(name: name)
        guard let other = contested.withLock({ $0 }) else { return read }
        let it = read.state
        let state = CaseView(
            record: it.record, code: it.code, profile: it.profile, round: it.round, stage: it.stage, open: it.open,
            class: ClassField(value: lamp, contested: [other]), className: it.className, urgent: it.urgent, filing: it.filing,
            deadlineS: it.deadlineS, area: it.area, text: it.text, place: it.place, assignees: it.assignees, closing: it.closing,
            reportedS: it.reportedS, reporter: it.reporter, selfHandled: it.selfHandled, handledS: it.handledS,
            closedS: it.closedS, forced: it.forced, withdrawn: it.withdrawn, reworks: it.reworks, extensions: it.extensions,
            suspendedUntilS: it.suspendedUntilS, contested: true, revision: it.revision)
        return CaseDetail(
            state: state, history: read.history, delivery: read.delivery, stageLabel: read.stageLabel,
            classLabel: read.classLabel, dueInS: read.dueInS, overdue: read.overdue, actions: read.actions)
    }
}

/// The vault as the core asks for it.
private final class Key: KeyVault {
    func key() throws -> Data { Data(repeating: 7, count: 32) }
}

/// What each screen asks of the core: whole pages, counted, however many rows they have, and never on the main thread.
@MainActor
struct CallsTests {
    /// A phone that joined, with so many cases.
    private func desk(
        _ hub: Hub, role: String = "inspector", area: String? = "05", rows: Int = 0, found: PlaceFound = .none
    ) throws -> (Counting, Desk) {
        let dir = hub.dir.appending(path: "counting")
        let device = try Device.open(options: Options(dir: dir.path, language: .en), vault: Key())
        _ = try device.enrol(invitation: hub.invite(role, area))
        for at in 0..<rows {
            let draft = ReportDraft(class: lamp, condition: nil, text: "\(at)", place: nil, urgent: false, area: nil)
            _ = try device.report(draft: draft)
        }
        let counting = Counting(unsafeFromHandle: device.uniffiCloneHandle())
        let queue = DispatchQueue(label: "org.gewu.counting", attributes: .concurrent)
        let table = try Table()
        let platform = Platform(
            dir: dir, vault: Known(), finder: Finds(found: found), wait: Pauses().wait, words: { table.words($0) })
        return (counting, Desk(Phone(counting, queue), table.words(.english), platform))
    }

    @Test("one call for each part of a screen, none for a row, never on the main thread", arguments: [1, 150])
    func screens(rows: Int) async throws {
        DispatchQueue.main.setSpecific(key: mainMark, value: true)
        #expect(isMain(), "the models are on it, so a call made where they are would be seen")
        let hub = try Hub()
        let (phone, desk) = try desk(hub, rows: rows)
        await desk.today.load()
        #expect(desk.today.page.content?.flatMap(\.rows).count == rows)
        #expect(phone.take() == ["who", "today", "drafts"])
        desk.startReport()
        let report = try #require(desk.report)
        await report.load()
        #expect(phone.take() == ["usualClasses", "drafts"])
        await desk.look(try #require(desk.today.page.content?.first?.rows.first?.id)).load()
        #expect(phone.take() == ["case", "drafts"])
        await desk.supervise.load()
        #expect(phone.take() == ["supervise", "supervise", "toSettle"])
        await desk.me.load()
        #expect(phone.take() == ["me"])
    }

    @Test("a contested class is shown by its name, with one call for each")
    func contested() async throws {
        let hub = try Hub()
        let (phone, desk) = try desk(hub, rows: 1)
        await desk.today.load()
        let other = try #require(try phone.other())
        phone.contested.withLock { $0 = other.key }
        _ = phone.take()
        let model = await desk.look(try #require(desk.today.page.content?.first?.rows.first?.id))
        await model.load()
        let values = model.page.content?.contested.map(\.value) ?? []
        #expect(values.contains { $0.contains(other.name) }, "\(values)")
        #expect(!values.contains { $0.contains(other.key) }, "\(values)")
        #expect(phone.take() == ["case", "drafts", "findClasses"])
    }

    @Test("whom or where a case goes is asked once when the panel opens and once for each typed text")
    func areas() async throws {
        let hub = try Hub()
        let (phone, desk) = try desk(hub, role: "dispatcher", area: nil)
        let (_, inspector) = try await joined(hub, "inspector", "inspector", "05")
        _ = try await report(inspector, "井盖松动")
        _ = await inspector.sync.sync()
        _ = try phone.syncNow()
        await desk.today.load()
        let model = await desk.look(try #require(desk.today.page.content?.first?.rows.first?.id))
        await model.load()
        _ = phone.take()
        model.choose(try #require(model.page.content?.actions.first { $0.field == .caseNewGrid }))
        try await until("all are listed") { model.found.count > 1 }
        #expect(phone.take() == ["findAreas"])
        model.query = "no such grid"
        try await until("it says so") { model.nothingFound != nil }
        #expect(phone.take() == ["findAreas"])
        #expect(model.found.isEmpty && model.isBlocked)
    }

    @Test("a place far off the grid is asked about once, said in amber and saved all the same")
    func far() async throws {
        let hub = try Hub()
        let spot = Spot(latitudeE7: 282_345_678, longitudeE7: 1_129_876_543, accuracyCm: 900)
        let (phone, desk) = try desk(hub, found: .found(spot))
        let written = try await report(desk, "在哪里")
        #expect(phone.take().filter { $0 == "farOff" }.count == 1)
        #expect(written.placeLine.contains("km off"), "\(written.placeLine)")
        #expect(written.placeTone == .onlyHere)
        #expect(written.isDone)
    }
}
