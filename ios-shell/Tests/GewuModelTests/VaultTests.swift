import Foundation
import GewuModel
import GewuPlatform
import Street
import Testing

/// A vault that fails in one way.
private struct Fails: Vault {
    let fault: VaultFault
    func key() throws(VaultFault) -> Data { throw fault }
}

/// A vault that gives its key when it is let, and none when nobody comes to let it.
private final class Slow: Vault {
    let gate = DispatchSemaphore(value: 0)
    func key() throws(VaultFault) -> Data {
        guard gate.wait(timeout: .now() + 20) == .success else { throw .failed }
        return Data(repeating: 7, count: 32)
    }
}

/// A keychain in memory.
private final class Drawer: KeyStore, @unchecked Sendable {
    var key: Data?
    var fault: VaultFault?

    func read() throws(VaultFault) -> Data? {
        if let fault { throw fault }
        return key
    }

    func write(_ key: Data) throws(VaultFault) { self.key = key }
    func random() throws(VaultFault) -> Data { Data((0..<32).map { _ in UInt8.random(in: 0...255) }) }
}

struct VaultTests {
    @Test(
        "a vault without a key ends in words for its cause, never in a crash",
        arguments: [(VaultFault.locked, "locked"), (.lost, "key_lost"), (.failed, "vault_failed")])
    func faults(fault: VaultFault, code: String) async throws {
        let folder = Folder()
        let trouble: Trouble
        do {
            _ = try await Phone.open(dir: folder.url, vault: Fails(fault: fault), tongue: .english)
            throw Broken("it opened")
        } catch {
            trouble = try #require(error as? Trouble, "\(error)")
        }
        #expect(trouble.kind == .unlockNeeded)
        #expect(trouble.code == code)
        #expect([trouble.what, trouble.safe, trouble.next].allSatisfy { !$0.isEmpty })
    }

    @Test("calls that wait hold up neither the main actor nor Swift's own threads")
    @MainActor
    func waiting() async throws {
        // More than Swift has threads: a task of its own could not run if each call held one.
        let waiting = (0..<ProcessInfo.processInfo.activeProcessorCount + 2).map { _ in (Folder(), Slow()) }
        let opening = waiting.map { folder, vault in
            Task { try await Phone.open(dir: folder.url, vault: vault, tongue: .english) }
        }
        await Task.yield()
        await Task.detached { for (_, vault) in waiting { vault.gate.signal() } }.value
        for phone in opening { try await phone.value.shut() }
    }

    @Test("a key is made once, and never where one was lost")
    func made() throws {
        let folder = Folder()
        let drawer = Drawer()
        let vault = StoredKey(drawer, dir: folder.url)
        let key = try vault.key()
        #expect(key.count == 32)
        #expect(try vault.key() == key)
        try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
        try Data("a store".utf8).write(to: folder.url.appending(path: "gewu.db"))
        #expect(try vault.key() == key)
        drawer.key = nil
        #expect(throws: VaultFault.lost) { try vault.key() }
        drawer.fault = .locked
        #expect(throws: VaultFault.locked) { try vault.key() }
    }

    @Test("degrees become whole units, and what is not on the earth becomes nothing")
    func degrees() {
        let spot = Spot(latitude: 28.2345678, longitude: -112.9876543, accuracyM: 8.5)
        #expect(spot == Spot(latitudeE7: 282_345_678, longitudeE7: -1_129_876_543, accuracyCm: 850))
        #expect(Spot(latitude: 91, longitude: 0, accuracyM: 1) == nil)
        #expect(Spot(latitude: .nan, longitude: 0, accuracyM: 1) == nil)
        #expect(Spot(latitude: 0, longitude: 0, accuracyM: -1)?.accuracyCm == nil)
        #expect(Spot(latitude: 0, longitude: 0, accuracyM: .infinity)?.accuracyCm == 4_000_000_000)
    }
}
