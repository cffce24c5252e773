internal import GewuBindings

/// A call that failed, in the words of the core: what happened, what is safe, what to do next.
public struct Trouble: Error, Equatable, Sendable {
    /// What a screen does about it; which one it is was decided by the core.
    public enum Kind: Sendable {
        case offline, storageFull, unlockNeeded, upgradeNeeded, busy, refused, notFound, invalid, damaged, defect
    }

    public let kind: Kind
    /// The stable word of `docs/errors.md`.
    public let code: String
    public let what: String
    public let safe: String
    public let next: String
}

extension Trouble {
    /// The bridge itself failed, before the core could say a word: a screen shows its own title and this code.
    static let unforeseen = Trouble(kind: .defect, code: "defect", what: "", safe: "", next: "")

    init(_ error: DeviceError) {
        let (kind, code, what, safe, next): (Kind, String, String, String, String) =
            switch error {
            case .Offline(let code, let what, let safe, let next): (.offline, code, what, safe, next)
            case .StorageFull(let code, let what, let safe, let next): (.storageFull, code, what, safe, next)
            case .UnlockNeeded(let code, let what, let safe, let next): (.unlockNeeded, code, what, safe, next)
            case .UpgradeNeeded(let code, let what, let safe, let next): (.upgradeNeeded, code, what, safe, next)
            case .Busy(let code, let what, let safe, let next): (.busy, code, what, safe, next)
            case .Refused(let code, let what, let safe, let next): (.refused, code, what, safe, next)
            case .NotFound(let code, let what, let safe, let next): (.notFound, code, what, safe, next)
            case .Invalid(let code, let what, let safe, let next): (.invalid, code, what, safe, next)
            case .Damaged(let code, let what, let safe, let next): (.damaged, code, what, safe, next)
            case .Defect(let code, let what, let safe, let next): (.defect, code, what, safe, next)
            }
        self.init(kind: kind, code: code, what: what, safe: safe, next: next)
    }
}
