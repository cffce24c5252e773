import Foundation
import GewuBindings

/// Something that a test needs did not happen.
struct Broken: Error, CustomStringConvertible {
    let description: String
}

/// A hub of a sample street, the program that ships, in a folder of its own; ends with this value.
final class Hub: @unchecked Sendable {
    let dir: URL
    private let folder: String
    private let process = Process()
    private let input = Pipe()
    private let address: String

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
        guard process.terminationStatus == 0 else { throw Broken(description: String(decoding: data, as: UTF8.self)) }
        return try JSONDecoder().decode(Json.self, from: data)
    }

    init() throws {
        dir = FileManager.default.temporaryDirectory.appending(path: "gewu-swift-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: dir, withIntermediateDirectories: true)
        folder = dir.appending(path: "hub").path
        _ = try Self.json(["init", folder, "--yes"])
        let output = Self.gewu(process, ["serve", folder, "--child", "--listen", "127.0.0.1:0"])
        process.standardInput = input
        try process.run()
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw Broken(description: "the hub ended before it was ready") }
            line += more
        }
        guard let address = try JSONDecoder().decode(Json.self, from: line)["address"].text else {
            throw Broken(description: "the hub told no address")
        }
        self.address = address
    }

    func invite(_ role: String, _ area: String?) throws -> String {
        let arguments = ["invite", folder, "--role", role, "--address", address] + (area.map { ["--area", $0] } ?? [])
        guard let invitation = try Self.json(arguments)["invitation"].text else { throw Broken(description: "no invitation") }
        return invitation
    }

    /// A phone of its own folder, enrolled.
    func phone(_ name: String, _ role: String, _ area: String?) throws -> Device {
        let key = Data(repeating: 7, count: 32)
        let device = try Device.open(options: Options(dir: dir.appending(path: name).path, key: key, language: .en))
        _ = try device.enrol(invitation: invite(role, area))
        return device
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: dir)
    }
}
