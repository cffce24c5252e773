import Foundation
import GewuModel

// Types words into a report and says "kept" once they are; then it waits to be killed.

let arguments = CommandLine.arguments

struct Known: Vault {
    func key() throws(VaultFault) -> Data { Data(repeating: 7, count: 32) }
}

struct Nowhere: PlaceFinder {
    func find() async -> PlaceFound { .none }
}

@MainActor
func type() async {
    let platform = Platform(
        dir: URL(filePath: arguments[1]), vault: Known(), finder: Nowhere(), wait: { try await Task.sleep(for: $0) },
        words: { tongue in Words(tongue: tongue, now: { Date() }) { $0.rawValue } })
    let gewu = Gewu(platform, tongue: .chinese)
    await gewu.open()
    guard let desk = gewu.page.content else { exit(1) }
    desk.startReport()
    guard let report = desk.report else { exit(1) }
    await report.load()
    guard let first = report.page.content?.first else { exit(1) }
    report.choose(first)
    report.text = arguments[2]
    // The real pause, as in the app.
    while report.kept == nil { await Task.yield() }
    print("kept")
    fflush(nil)
}

await type()
while true { pause() }
