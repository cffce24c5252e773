internal import GewuBindings
import Observation

/// What was just saved, and for ten seconds the one tap that takes it back.
@MainActor @Observable
public final class UndoModel {
    /// Said on Today while it can be taken back; `nil`: nothing to take back.
    public private(set) var line: String?
    /// How long still, in words.
    public private(set) var left = ""
    /// Why taking back failed; the report stands.
    public private(set) var trouble: Trouble?

    private let phone: Phone
    private let words: Words
    private let wait: Wait
    private var code: String?
    private var typed: Draft?
    private var counting: Task<Void, Never>?

    /// For so many seconds a report can be taken back.
    static let seconds = 10

    init(_ phone: Phone, _ words: Words, wait: @escaping Wait) {
        self.phone = phone
        self.words = words
        self.wait = wait
    }

    /// A report was saved under this code.
    func offer(_ code: String, _ typed: Draft?) {
        self.code = code
        self.typed = typed
        trouble = nil
        line = "\(words(.reportSaved)) · \(words(.reportSavedCode, ["code": code]))"
        counting?.cancel()
        counting = Task { await countDown() }
    }

    private func countDown() async {
        for seconds in (1...Self.seconds).reversed() {
            left = words(.reportUndoFor, ["seconds": seconds])
            guard (try? await wait(.seconds(1))) != nil, !Task.isCancelled else { return }
        }
        close()
    }

    private func close() {
        code = nil
        typed = nil
        line = nil
    }

    /// Takes the report back; what was typed is a draft again: two calls.
    public func undo() async {
        guard let code else { return }
        counting?.cancel()
        let typed = typed
        close()
        do throws(Trouble) {
            try await phone.call {
                _ = try $0.act(name: code, kind: .decline, draft: ActDraft(withdrawn: true))
                if let typed { try $0.keepDraft(draft: typed) }
            }
        } catch {
            trouble = error
        }
    }
}
