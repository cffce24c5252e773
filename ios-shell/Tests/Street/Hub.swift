import Foundation

/// Something that a test needs did not happen.
package struct Broken: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// A hub of a sample street, the program that ships, in a folder of its own; ends with this value.
package final class Hub: @unchecked Sendable {
    package let dir: URL
    private let folder: String
    private var process = Process()
    private var input = Pipe()
    private var address = "127.0.0.1:0"

    private static func gewu(_ process: Process, _ arguments: [String]) -> Pipe {
        let output = Pipe()
        process.executableURL = root.appending(path: "target/release/gewu")
        process.arguments = arguments
        process.standardOutput = output
        return output
    }

    private static func json(_ arguments: [String]) throws -> Json {
        let process = Process()
        let output = gewu(process, arguments + ["--json"])
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Broken(String(decoding: data, as: UTF8.self)) }
        return try JSONDecoder().decode(Json.self, from: data)
    }

    package init() throws {
        dir = FileManager.default.temporaryDirectory.appending(path: "gewu-swift-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: dir, withIntermediateDirectories: true)
        folder = dir.appending(path: "hub").path
        _ = try Self.json(["init", folder, "--yes"])
        try start()
    }

    /// Starts it, at the address of before if there was one.
    package func start() throws {
        process = Process()
        input = Pipe()
        let output = Self.gewu(process, ["serve", folder, "--child", "--listen", address])
        process.standardInput = input
        try process.run()
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw Broken("the hub ended before it was ready") }
            line += more
        }
        guard let address = try JSONDecoder().decode(Json.self, from: line)["address"].text else {
            throw Broken("the hub told no address")
        }
        self.address = address
    }

    /// Ends it; nobody answers at its address any more.
    package func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    package func invite(_ role: String, _ area: String?) throws -> String {
        let arguments = ["invite", folder, "--role", role, "--address", address] + (area.map { ["--area", $0] } ?? [])
        guard let invitation = try Self.json(arguments)["invitation"].text else { throw Broken("no invitation") }
        return invitation
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(at: dir)
    }
}
