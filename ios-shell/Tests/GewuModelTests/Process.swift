import Foundation
import Street

/// A phone as a process of its own.
final class Other {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    init(_ dir: URL) throws {
        // Beside the tests' own bundle.
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "SwiftPhone")
        process.arguments = [dir.path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    /// Tells it to do something; waits for its answer.
    func tell(_ parts: String...) throws -> Json {
        try input.fileHandleForWriting.write(contentsOf: Data((parts.joined(separator: "\t") + "\n").utf8))
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw Broken("the phone ended") }
            line += more
        }
        return try JSONDecoder().decode(Json.self, from: line)
    }

    /// Ends it as the system does when it needs the memory: nothing of it runs any more. Answers whether it was that.
    func kill() -> Bool {
        let isRunning = process.isRunning
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        return isRunning && process.terminationReason == .uncaughtSignal
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
