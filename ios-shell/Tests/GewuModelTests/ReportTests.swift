import Foundation
import GewuModel
import Street
import Testing

/// Report: drafts, undo, the class picker, places.
@MainActor
struct ReportTests {
    @Test("what is typed is kept at a pause of half a second, once, with the last words")
    func pauses() async throws {
        let hub = try Hub()
        let pauses = Pauses()
        let (_, desk) = try await joined(hub, "pauses", "inspector", "05", pauses)
        desk.startReport()
        let writing = try #require(desk.report)
        await writing.load()
        writing.choose(try #require(writing.page.content?.first))
        writing.text = "路"
        writing.text = "路灯不亮"
        #expect(writing.kept == nil, "typing has not paused yet")
        let pause = try await pauses.end()
        #expect(pause == .milliseconds(500))
        try await until("kept") { writing.kept != nil }
        #expect(pauses.isQuiet)

        desk.startReport()
        let resumed = try #require(desk.report)
        await resumed.load()
        #expect(resumed.unfinished != nil)
        await resumed.resumeDraft()
        #expect(resumed.text == "路灯不亮")
        #expect(resumed.chosen?.id == writing.chosen?.id)
        await resumed.save()
        desk.startReport()
        let after = try #require(desk.report)
        await after.load()
        #expect(after.unfinished == nil, "a saved report leaves no draft")
    }

    @Test("a draft is thrown away with one tap")
    func discarded() async throws {
        let hub = try Hub()
        let (_, desk) = try await joined(hub, "discarded", "inspector", "05")
        desk.startReport()
        let writing = try #require(desk.report)
        await writing.load()
        writing.choose(try #require(writing.page.content?.first))
        writing.text = "to be forgotten"
        await desk.endReport()
        await desk.today.load()
        #expect(desk.today.draft != nil)
        await desk.today.discardDraft()
        #expect(desk.today.draft == nil)
    }

    @Test("a program that is killed in mid-draft finds the draft again")
    func killed() async throws {
        let hub = try Hub()
        let dir = hub.dir.appending(path: "killed")
        let (gewu, _) = try await joined(hub, "killed", "inspector", "05")
        await gewu.shut()
        let other = try Other(dir)
        let said = try other.tell("type", "写到一半")
        #expect(said["kept"].text != nil, "\(said)")
        #expect(other.kill())

        let (_, desk) = try await app(dir)
        await desk.today.load()
        #expect(desk.today.draft != nil)
        desk.startReport(isResuming: true)
        let report = try #require(desk.report)
        await report.load()
        #expect(report.text == "写到一半", "one tap on Today goes on with it")
    }

    @Test("a saved report can be taken back for ten seconds, and what was typed is a draft again")
    func undone() async throws {
        let hub = try Hub()
        let (_, desk) = try await joined(hub, "undone", "inspector", "05")
        _ = try await report(desk, "打错了")
        #expect(desk.saved.line?.isEmpty == false)
        await desk.saved.undo()
        #expect(desk.saved.trouble == nil)
        #expect(desk.saved.line == nil)
        await desk.today.load()
        #expect(desk.today.page == .empty, "a withdrawn report is not to be done")
        desk.startReport()
        let again = try #require(desk.report)
        await again.load()
        await again.resumeDraft()
        #expect(again.text == "打错了")
    }

    @Test("after ten seconds a saved report stays")
    func stays() async throws {
        let hub = try Hub()
        let pauses = Pauses()
        let (_, desk) = try await joined(hub, "stays", "inspector", "05", pauses)
        _ = try await report(desk, "留着")
        for _ in 0..<10 {
            #expect(desk.saved.line != nil)
            let pause = try await pauses.end()
            #expect(pause == .seconds(1))
        }
        try await until("the bar goes") { desk.saved.line == nil }
        await desk.saved.undo()
        await desk.today.load()
        #expect(desk.today.page.content?.flatMap(\.rows).map(\.title) == ["留着"])
    }

    @Test("at most ten tiles, then a search over names and everyday words")
    func picker() async throws {
        let hub = try Hub()
        let (_, desk) = try await joined(hub, "picker", "inspector", "05")
        desk.startReport()
        let report = try #require(desk.report)
        await report.load()
        let tiles = try #require(report.page.content)
        #expect((1...10).contains(tiles.count))
        report.query = "路灯不亮"
        try await until("found") { report.found != nil }
        let first = try #require(report.found?.first)
        #expect(first.id == lamp)
        #expect(first.name == "Street lamp fault")
        #expect(first.alias?.contains("路灯不亮") == true, "found by its everyday word")
        report.query = "no such class"
        try await until("nothing is found") { report.nothingFound != nil }
        report.choose(first)
        #expect(report.chosen == first)
    }

    @Test("without a class nothing is saved")
    func nothing() async throws {
        let hub = try Hub()
        let (_, desk) = try await joined(hub, "nothing", "inspector", "05")
        desk.startReport()
        let report = try #require(desk.report)
        await report.load()
        report.text = "words alone"
        #expect(!report.isReady)
        await report.save()
        #expect(!report.isDone)
        await desk.today.load()
        #expect(desk.today.page == .empty)
    }

    @Test(
        "a place that is missing, refused or kilometres off is said and does not stand in the way",
        arguments: [
            (PlaceFound.none, "No fix"), (.refused, "No right"),
            (.found(Spot(latitudeE7: 282_300_000, longitudeE7: 1_130_855_000, accuracyCm: 200_000)), "2\u{2009}000 m"),
            (.found(Spot(latitudeE7: 282_345_678, longitudeE7: 1_129_876_543, accuracyCm: 900)), "km off"),
        ])
    func places(found: PlaceFound, said: String) async throws {
        let hub = try Hub()
        let (_, desk) = try await joined(hub, "places", "inspector", "05", found: found)
        let saved = try await report(desk, "在哪里")
        #expect(saved.placeLine.contains(said), "\(saved.placeLine)")
    }
}
