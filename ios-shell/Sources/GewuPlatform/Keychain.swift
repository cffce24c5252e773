#if canImport(Security)
import Foundation
import GewuModel
import Security

/// The phone's keychain: readable after the first unlock, so that a sync in the background can open the store; never in
/// a backup, never on another phone.
public struct Keychain: KeyStore {
    public init() {}

    private var named: [String: Any] {
        [
            kSecClass as String: kSecClassGenericPassword,
            kSecAttrService as String: "org.gewu.store",
            kSecAttrAccount as String: "key",
        ]
    }

    public func read() throws(VaultFault) -> Data? {
        let query = named.merging([kSecReturnData as String: true]) { $1 }
        var found: CFTypeRef?
        let status = SecItemCopyMatching(NSDictionary(dictionary: query) as CFDictionary, &found)
        switch status {
        case errSecSuccess:
            guard let key = found as? Data else { throw .failed }
            return key
        case errSecItemNotFound: return nil
        case errSecInteractionNotAllowed: throw .locked
        default: throw .failed
        }
    }

    public func write(_ key: Data) throws(VaultFault) {
        let item = named.merging([
            kSecValueData as String: key,
            kSecAttrAccessible as String: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly,
        ]) { $1 }
        let status = SecItemAdd(NSDictionary(dictionary: item) as CFDictionary, nil)
        switch status {
        case errSecSuccess: return
        case errSecInteractionNotAllowed: throw .locked
        default: throw .failed
        }
    }

    public func random() throws(VaultFault) -> Data {
        var bytes = [UInt8](repeating: 0, count: 32)
        guard SecRandomCopyBytes(kSecRandomDefault, bytes.count, &bytes) == errSecSuccess else { throw .failed }
        return Data(bytes)
    }
}
#endif
