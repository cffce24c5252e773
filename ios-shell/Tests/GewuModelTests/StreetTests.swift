import Foundation
@testable import GewuModel
import Street
import Testing

/// Phones of one street, the core and a hub as they ship.
@MainActor
struct StreetTests {
    @Test("a report without a network on one phone is handled on another and closed on a third, and all show the same two integers")
    func three() async throws {
        let hub = try Hub()
        let (_, reporter) = try await joined(hub, "reporter", "inspector", "05")
        let (_, handler) = try await joined(hub, "handler", "handler", "05")
        let (_, closer) = try await joined(hub, "closer", "inspector", "05")

        hub.stop()
        _ = try await report(reporter, "3栋门口路灯不亮")
        await reporter.sync.load()
        #expect(reporter.sync.tone == .onlyHere, "it is only here: \(reporter.sync.line)")
        _ = try await report(reporter, "另一盏也不亮")
        let rows = await rows(reporter)
        #expect(rows.map(\.title).sorted() == ["3栋门口路灯不亮", "另一盏也不亮"].sorted())
        let code = try #require(rows.first { $0.title == "3栋门口路灯不亮" }?.id)
        guard case .failure(let trouble) = await reporter.sync.sync() else { throw Broken("it synced without a hub") }
        #expect(trouble.kind == .offline)
        try hub.start()
        _ = try await reporter.sync.sync().get()
        #expect(reporter.sync.tone == .done, "\(reporter.sync.line)")

        // One of them in a process of its own.
        let other = try Other(hub.dir.appending(path: "other"))
        for step in [try other.tell("join", hub.invite("inspector", "05")), try other.tell("sync")] {
            #expect(step["trouble"] == .null, "\(step)")
        }

        try await act(handler, code, "Handle", "换了灯泡")
        try await act(closer, code, "Check passed", "亮了")
        try await act(closer, code, "Close", "")
        for desk in [reporter, handler, closer] {
            let sheet = try await supervised(desk)
            #expect([sheet.rate.numerator, sheet.rate.denominator] == [1, 2])
            #expect(sheet.rate.parts == "1 / 2")
        }
        _ = try other.tell("sync")
        #expect(try other.tell("supervise", "handled_of_reported") == ["numerator": "1", "denominator": "2"])
    }

    private func rows(_ desk: Desk) async -> [CaseRow] {
        await desk.today.load()
        return (desk.today.page.content ?? []).flatMap(\.rows)
    }

    private func act(_ desk: Desk, _ code: String, _ label: String, _ text: String) async throws {
        _ = await desk.sync.sync()
        let model = await desk.look(code)
        await model.load()
        let sheet = try #require(model.page.content)
        model.choose(try #require(sheet.actions.first { $0.label == label }, "\(sheet.actions.map(\.label))"))
        model.text = text
        await model.act()
        try #require(model.trouble == nil, "\(String(describing: model.trouble))")
        _ = await desk.sync.sync()
    }

    private func supervised(_ desk: Desk) async throws -> SuperviseSheet {
        _ = await desk.sync.sync()
        desk.supervise.period = .week
        await desk.supervise.load()
        // Nothing falls due today, and a rate of nothing is never shown as a number.
        let closure = try #require(desk.supervise.page.content?.rate)
        #expect(closure.shown == nil)
        #expect(closure.nothing?.isEmpty == false)
        desk.supervise.definition = "handled_of_reported"
        await desk.supervise.load()
        return try #require(desk.supervise.page.content)
    }

    @Test("what may not be done now is shown with its reason, and a refused step says what is safe")
    func explained() async throws {
        let hub = try Hub()
        let (_, desk) = try await joined(hub, "explained", "inspector", "05")
        _ = try await report(desk, "井盖松动")
        await desk.today.load()
        let code = try #require(desk.today.page.content?.first?.rows.first?.id)
        let model = await desk.look(code)
        await model.load()
        let sheet = try #require(model.page.content)
        #expect(!sheet.actions.isEmpty)
        #expect(sheet.others.allSatisfy { !$0.reason.isEmpty })
        #expect(sheet.history.count == 1)
        #expect(sheet.text == "井盖松动")
        #expect(sheet.facts.contains { $0.value.contains("h left") || $0.value.contains("d left") }, "\(sheet.facts)")
        let missing = await desk.look("0000000001")
        await missing.load()
        guard case .troubled(let trouble) = missing.page else { throw Broken("a case that is not here was shown") }
        #expect([trouble.what, trouble.safe, trouble.next].allSatisfy { !$0.isEmpty })
    }

    @Test("words on a case are kept, offered on Today and gone on with under the same action")
    func words() async throws {
        let hub = try Hub()
        let (_, desk) = try await joined(hub, "words", "inspector", "05")
        _ = try await report(desk, "井盖松动")
        await desk.today.load()
        let code = try #require(desk.today.page.content?.first?.rows.first?.id)
        let writing = await desk.look(code)
        await writing.load()
        writing.choose(try #require(writing.page.content?.actions.last))
        writing.text = "还没写完"
        await writing.keepNow()
        #expect(writing.kept != nil)
        await desk.today.load()
        #expect(desk.today.caseDrafts.map(\.id) == [code])
        #expect(desk.today.draft == nil)

        let again = await desk.look(code)
        await again.load()
        #expect(again.text == "还没写完")
        #expect(again.chosen?.label == writing.chosen?.label)
        await again.act()
        #expect(again.trouble == nil)
        #expect(again.page.content?.history.first?.text == "还没写完", "the newest act stands first")
        await desk.today.load()
        #expect(desk.today.caseDrafts.isEmpty, "an act leaves no draft")
    }

    @Test("an act that asks whom, how long or why waits until it is said")
    func asked() async throws {
        let hub = try Hub()
        let (_, inspector) = try await joined(hub, "asker", "inspector", "05")
        let (_, dispatcher) = try await joined(hub, "dispatcher", "dispatcher", nil)
        _ = try await report(inspector, "井盖松动")
        _ = await inspector.sync.sync()
        _ = await dispatcher.sync.sync()
        await dispatcher.today.load()
        let model = await dispatcher.look(try #require(dispatcher.today.page.content?.first?.rows.first?.id))
        await model.load()
        let sheet = try #require(model.page.content)
        let relocation = try #require(sheet.actions.first { $0.field == .caseNewGrid }, "\(sheet.actions.map(\.label))")
        model.choose(relocation)
        #expect(model.isBlocked)
        await model.act()
        #expect(model.done == nil, "nothing was done")
        try await until("all are listed") { model.found.count > 1 }
        model.query = "06"
        try await until("the search finds it first") { model.found.first?.name == "6号网格" }
        model.choose(target: model.found.first)
        #expect(!model.isBlocked)
        await model.act()
        #expect(model.trouble == nil, "\(String(describing: model.trouble))")
        let facts = model.page.content?.facts ?? []
        #expect(facts.contains { $0.value == "6号网格" }, "\(facts)")
        let suspension = try #require(model.page.content?.actions.first { $0.hasDays })
        model.choose(suspension)
        #expect(model.isBlocked)
        model.days = 7
        #expect(!model.isBlocked)
    }

    @Test("without a network pages stay and say as of when")
    func offline() async throws {
        let hub = try Hub()
        let (_, desk) = try await joined(hub, "offline", "inspector", "05")
        _ = try await report(desk, "")
        _ = await desk.sync.sync()
        await desk.sync.networkChanged(isOnline: false)
        #expect(desk.sync.offline?.isEmpty == false)
        await desk.today.load()
        #expect(desk.today.page.content?.isEmpty == false)
        await desk.sync.networkChanged(isOnline: true)
        #expect(desk.sync.offline == nil)
    }

    @Test("today finds by code, class and words, and says so when it finds nothing")
    func search() async throws {
        let hub = try Hub()
        let (_, desk) = try await joined(hub, "search", "inspector", "05")
        _ = try await report(desk, "井盖松动")
        _ = try await report(desk, "路灯不亮")
        await desk.today.load()
        desk.today.search = "井盖"
        #expect(desk.today.page.content?.flatMap(\.rows).map(\.title) == ["井盖松动"])
        desk.today.search = "no such thing"
        #expect(desk.today.page.content?.isEmpty == true)
        #expect(desk.today.nothingFound?.contains("no such thing") == true)
        desk.today.search = ""
        #expect(desk.today.nothingFound == nil)
    }

    @Test("two hundred reports at once are all saved and all found")
    func crowd() async throws {
        let hub = try Hub()
        let (_, desk) = try await joined(hub, "crowd", "inspector", "05")
        let reports = (0..<200).map { number in
            Task {
                desk.startReport()
                let report = try #require(desk.report)
                await report.load()
                report.choose(try #require(report.page.content?.first))
                report.text = "task \(number)"
                await report.save()
                return report.trouble
            }
        }
        for report in reports {
            let trouble = try await report.value
            #expect(trouble == nil)
        }
        await desk.today.load()
        await desk.today.more()
        let titles = Set((desk.today.page.content ?? []).flatMap(\.rows).map(\.title))
        #expect(titles == Set((0..<200).map { "task \($0)" }))
    }

    @Test("an observer that fires while the phone closes ends, and later calls are told that it is closed")
    func closing() async throws {
        let hub = try Hub()
        let (gewu, desk) = try await joined(hub, "closing", "inspector", "05")
        let writing = Task {
            var saved = 0
            while true {
                desk.startReport()
                guard let report = desk.report else { return saved }
                await report.load()
                guard let first = report.page.content?.first else { return saved }
                report.choose(first)
                await report.save()
                guard report.isDone else { return saved }
                saved += 1
            }
        }
        try await until("changes are told") { desk.sync.revision > 3 }
        await gewu.shut()
        let saved = await writing.value
        #expect(saved > 0)
        await desk.today.load()
        guard case .troubled(let trouble) = desk.today.page else { throw Broken("a closed phone was read") }
        #expect(trouble.kind == .busy)
    }

    @Test("a paused phone says that it is busy and works again when it is resumed")
    func paused() async throws {
        let hub = try Hub()
        let (gewu, desk) = try await joined(hub, "paused", "inspector", "05")
        await gewu.leave()
        await desk.today.load()
        guard case .troubled(let trouble) = desk.today.page else { throw Broken("a paused phone was read") }
        #expect(trouble.kind == .busy)
        await gewu.enter()
        _ = try await report(desk, "again")
    }

    @Test("opened twice at once it opens once; a sync in the background pauses only what is not on the screen")
    func background() async throws {
        let hub = try Hub()
        let (first, _) = try await joined(hub, "background", "inspector", "05")
        await first.shut()
        let vault = Counted()
        let gewu = try closed(hub.dir.appending(path: "background"), vault: vault)
        async let entering: Void = gewu.enter()
        async let opening: Void = gewu.open()
        _ = await (entering, opening)
        let desk = try #require(gewu.page.content, "\(gewu.page)")
        #expect(vault.count == 1)
        await gewu.syncInBackground()
        _ = try await report(desk, "on the screen")
        await gewu.leave()
        await gewu.syncInBackground()
        await desk.today.load()
        guard case .troubled(let trouble) = desk.today.page else { throw Broken("a suspended phone was read") }
        #expect(trouble.kind == .busy)
        await gewu.enter()
        #expect(desk.sync.tone == .done, "\(desk.sync.line)")
    }

    @Test("another language is spoken by screens and core alike")
    func languages() async throws {
        let folder = Folder()
        let (gewu, _) = try await app(folder.url, tongue: .english)
        func said() throws -> String {
            guard case .troubled(let trouble) = try #require(gewu.page.content).today.page else { throw Broken("nobody joined") }
            return gewu.words(.todayTitle) + trouble.what
        }
        await gewu.page.content?.today.load()
        let english = try said()
        #expect(!english.contains { !$0.isASCII }, "\(english)")
        gewu.tongue = .chinese
        try await until("opened again") { gewu.words.tongue == .chinese && gewu.page.content != nil }
        await gewu.page.content?.today.load()
        let chinese = try said()
        #expect(!chinese.contains { $0.isASCII && $0.isLetter }, "\(chinese)")
    }
}
