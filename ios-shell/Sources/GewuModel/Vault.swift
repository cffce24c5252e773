import Foundation
internal import GewuBindings

/// Where the key of the encrypted store rests. Called on a thread that may wait.
public protocol Vault: Sendable {
    /// 32 bytes, the same every time; made at the first call.
    func key() throws(VaultFault) -> Data
}

/// Why there is no key. Of each, the core knows what to say.
public enum VaultFault: Error, Sendable {
    /// The phone has not been unlocked yet.
    case locked
    /// There was one, and it is gone.
    case lost
    /// The keystore did not answer as it should.
    case failed
}

/// A vault as the core calls it.
final class Lent: KeyVault {
    private let vault: any Vault

    init(_ vault: any Vault) { self.vault = vault }

    func key() throws -> Data {
        do {
            return try vault.key()
        } catch {
            switch error {
            case .locked: throw VaultError.Locked
            case .lost: throw VaultError.Lost
            case .failed: throw VaultError.Failed
            }
        }
    }
}
