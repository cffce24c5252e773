import Foundation
@testable import GewuModel

// One phone as a process of its own, over the same models as the app: to be killed, or to work beside phones that other
// languages run. SwiftPhone DIR. Commands on standard input, one a line, their parts set apart by tabs; each is answered by one
// line of JSON, with "trouble" where it failed.
//
//   join INVITATION | sync | report WORDS | type WORDS | act CODE LABEL WORDS | supervise DEFINITION

struct Known: Vault {
    func key() throws(VaultFault) -> Data { Data(repeating: 7, count: 32) }
}

struct Nowhere: PlaceFinder {
    func find() async -> PlaceFound { .none }
}

struct Failed: Error {
    let code: String
}

@MainActor
struct Commands {
    let desk: Desk

    func answer(_ line: String) async -> [String: String] {
        let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        do {
            return try await run(parts[0], Array(parts.dropFirst()))
        } catch {
            return ["trouble": (error as? Failed)?.code ?? "\(error)"]
        }
    }

    private func check(_ trouble: Trouble?) throws {
        if let trouble { throw Failed(code: trouble.code) }
    }

    private func run(_ command: String, _ parts: [String]) async throws -> [String: String] {
        switch (command, parts.count) {
        case ("join", 1):
            desk.me.invitation = parts[0]
            await desk.me.join()
            try check(desk.me.trouble)
            return ["joined": desk.me.done ?? ""]
        case ("sync", 0):
            if case .failure(let trouble) = await desk.sync.sync() { try check(trouble) }
            return ["synced": desk.sync.line]
        case ("report", 1), ("type", 1): return try await write(parts[0], isSaved: command == "report")
        case ("act", 3): return try await act(parts[0], parts[1], parts[2])
        case ("supervise", 1): return try await supervise(parts[0])
        default: throw Failed(code: "no such command")
        }
    }

    private func write(_ words: String, isSaved: Bool) async throws -> [String: String] {
        desk.startReport()
        guard let report = desk.report else { throw Failed(code: "no report") }
        await report.load()
        guard let lamp = report.page.content?.first(where: { $0.id == "matter/01037" }) else { throw Failed(code: "no class") }
        report.choose(lamp)
        report.text = words
        if isSaved {
            await report.save()
            try check(report.trouble)
            return ["saved": desk.saved.line ?? ""]
        }
        // The real pause, as in the app.
        while report.kept == nil { await Task.yield() }
        return ["kept": report.kept ?? ""]
    }

    private func act(_ code: String, _ label: String, _ words: String) async throws -> [String: String] {
        let model = await desk.look(code)
        await model.load()
        guard let action = model.page.content?.actions.first(where: { $0.label == label }) else {
            throw Failed(code: "not offered: \(model.page.content?.actions.map(\.label) ?? [])")
        }
        model.choose(action)
        model.text = words
        await model.act()
        try check(model.trouble)
        return ["done": model.done ?? ""]
    }

    private func supervise(_ definition: String) async throws -> [String: String] {
        desk.supervise.definition = definition
        await desk.supervise.load()
        guard let rate = desk.supervise.page.content?.rate else { throw Failed(code: "no page") }
        return ["numerator": String(rate.numerator), "denominator": String(rate.denominator)]
    }
}

@MainActor
func serve() async throws {
    let platform = Platform(
        dir: URL(filePath: CommandLine.arguments[1]), vault: Known(), finder: Nowhere(), wait: { try await Task.sleep(for: $0) },
        words: { tongue in Words(tongue: tongue, now: { Date() }) { $0.rawValue } })
    let gewu = Gewu(platform, tongue: .english)
    await gewu.open()
    guard let desk = gewu.page.content else { throw Failed(code: "\(gewu.page)") }
    let commands = Commands(desk: desk)
    while let line = readLine() {
        let answer = try JSONEncoder().encode(await commands.answer(line))
        print(String(decoding: answer, as: UTF8.self))
        fflush(nil)
    }
    await gewu.shut()
}

try await serve()
