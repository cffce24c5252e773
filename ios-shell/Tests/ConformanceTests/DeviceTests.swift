import Foundation
import GewuBindings
import Street
import Testing

/// A vault that gives what it was made with.
final class Gives: KeyVault {
    private let answer: Result<Data, any Error>

    init(_ answer: Result<Data, any Error>) { self.answer = answer }

    func key() throws -> Data { try answer.get() }
}

extension Hub {
    /// A phone of its own folder, enrolled.
    func phone(_ name: String, _ role: String, _ area: String?) throws -> Device {
        let options = Options(dir: dir.appending(path: name).path, language: .en)
        let device = try Device.open(options: options, vault: Gives(.success(Data(repeating: 7, count: 32))))
        _ = try device.enrol(invitation: invite(role, area))
        return device
    }
}

/// How a call fails; `nil`: it does not.
private func failure<Answer>(_ call: () throws -> Answer) -> DeviceError? {
    do {
        _ = try call()
        return nil
    } catch {
        return error as? DeviceError
    }
}

/// What only shows where two languages meet, below our own bridge.
struct DeviceTests {
    @Test("a panic is a defect with words, and the next call works")
    func defect() throws {
        let hub = try Hub()
        let device = try hub.phone("defect", "inspector", "05")
        let error = failure { try device.provoke() }
        guard case .Defect(let code, let what, let safe, let next) = error else { throw Broken("\(String(describing: error))") }
        #expect(code == "defect")
        #expect([what, safe, next].allSatisfy { !$0.isEmpty })
        #expect(try device.report(draft: ReportDraft(class: "lamp")).code.count == 10)
        try device.shut()
    }

    @Test("a vault that throws something of its own ends in a typed error")
    func thrown() throws {
        let dir = FileManager.default.temporaryDirectory.appending(path: "gewu-vault-\(UUID().uuidString)").path
        for (answer, expected) in [
            (Result<Data, any Error>.failure(Broken("a shell's fault")), "vault_failed"), (.success(Data(count: 5)), "vault_failed"),
            (.failure(VaultError.Lost), "key_lost"),
        ] {
            let error = failure {
                try Device.open(options: Options(dir: dir, language: .zh), vault: Gives(answer))
            }
            guard case .UnlockNeeded(let code, let what, _, _) = error else { throw Broken("\(String(describing: error))") }
            #expect(code == expected)
            #expect(what.unicodeScalars.contains { (0x4e00...0x9fff).contains($0.value) }, "\(what)")
        }
        #expect(!FileManager.default.fileExists(atPath: dir), "nothing was made without a key")
    }
}
