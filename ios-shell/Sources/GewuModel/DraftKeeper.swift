internal import GewuBindings

/// Keeps what is being typed at every pause, so that a call or a kill loses half a second of it at most.
@MainActor
final class DraftKeeper {
    /// What counts as a pause.
    static let pause = Duration.milliseconds(500)

    private let phone: Phone
    private let wait: Wait
    private var waiting: Task<Void, Never>?
    /// Drafts are kept one after another: an older one must not land on a newer.
    private var keeping: Task<Void, Never>?

    init(_ phone: Phone, _ wait: @escaping Wait) {
        self.phone = phone
        self.wait = wait
    }

    /// Something was typed: what `draft` gives is kept once typing pauses.
    func typed(_ draft: @escaping @MainActor () -> Draft?, kept: @escaping @MainActor (Result<Void, Trouble>) -> Void) {
        waiting?.cancel()
        waiting = Task { [wait] in
            // Waiting ends early when more is typed.
            guard (try? await wait(Self.pause)) != nil, !Task.isCancelled else { return }
            await self.keepNow(draft, kept: kept)
        }
    }

    /// Keeps at once, as when the app leaves the screen.
    func keepNow(_ draft: @escaping @MainActor () -> Draft?, kept: @escaping @MainActor (Result<Void, Trouble>) -> Void) async {
        waiting?.cancel()
        waiting = nil
        let before = keeping
        let task = Task { [phone] in
            await before?.value
            guard let draft = draft() else { return }
            do throws(Trouble) {
                try await phone.call { try $0.keepDraft(draft: draft) }
                kept(.success(()))
            } catch {
                kept(.failure(error))
            }
        }
        keeping = task
        await task.value
    }

    /// Nothing is kept any more until something is typed; what was being kept is done with when this returns.
    func stop() async {
        waiting?.cancel()
        waiting = nil
        await keeping?.value
    }
}

/// Waits; the one clock of the models, so that a test says when a pause is over.
public typealias Wait = @Sendable (Duration) async throws -> Void
