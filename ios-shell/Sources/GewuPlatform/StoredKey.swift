import Foundation
import GewuModel

/// Where a key can lie; the phone's keychain, or what a test puts in its place.
public protocol KeyStore: Sendable {
    /// The key; `nil`: there is none.
    func read() throws(VaultFault) -> Data?
    func write(_ key: Data) throws(VaultFault)
    /// 32 bytes that nobody can guess.
    func random() throws(VaultFault) -> Data
}

/// The key of the encrypted store: made once, then always the same.
///
/// Invariant: a key is made only where there is no store yet. One that is missing beside a store was lost, and making
/// another would hide that what is in the store cannot be opened any more.
public struct StoredKey: Vault {
    private let store: any KeyStore
    private let dir: URL

    public init(_ store: any KeyStore, dir: URL) {
        self.store = store
        self.dir = dir
    }

    public func key() throws(VaultFault) -> Data {
        if let key = try store.read() { return key }
        guard !FileManager.default.fileExists(atPath: dir.appending(path: "gewu.db").path) else { throw .lost }
        let key = try store.random()
        try store.write(key)
        return key
    }
}
