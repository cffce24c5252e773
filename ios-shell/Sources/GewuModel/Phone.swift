import Dispatch
import Foundation
internal import GewuBindings

/// The language in which the core and the screens speak.
public enum Tongue: String, CaseIterable, Sendable {
    case chinese = "zh-Hans"
    case english = "en"
}

/// One phone's core, as the models call it.
///
/// Problem: the core's calls block, some for half a minute, and a screen must not wait for them; nor may they hold a
/// thread of Swift's own small pool. Approach: every call runs on a queue of this object, and the caller awaits it.
/// Invariants: no call runs on the caller's thread; every error is a `Trouble`; of changes, the latest is always told.
/// Rejected: an actor (calls would wait for one another, and 200 would hold up the one that a person waits for).
public final class Phone: Sendable {
    private let device: Device
    private let queue: DispatchQueue

    init(_ device: Device, _ queue: DispatchQueue) {
        self.device = device
        self.queue = queue
    }

    /// Opens the folder, or makes it.
    public static func open(dir: URL, vault: any Vault, tongue: Tongue) async throws(Trouble) -> Phone {
        let queue = DispatchQueue(label: "org.gewu.phone", attributes: .concurrent)
        let options = Options(dir: dir.path, language: tongue == .english ? .en : .zh)
        return try await away(queue) { Phone(try Device.open(options: options, vault: Lent(vault)), queue) }
    }

    /// Makes one call on the queue.
    func call<Answer: Sendable>(_ call: @escaping @Sendable (Device) throws -> Answer) async throws(Trouble) -> Answer {
        let device = device
        return try await Self.away(queue) { try call(device) }
    }

    private static func away<Answer: Sendable>(
        _ queue: DispatchQueue, _ work: @escaping @Sendable () throws -> Answer
    ) async throws(Trouble) -> Answer {
        let result: Result<Answer, Trouble> = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: outcome(work)) }
        }
        return try result.get()
    }

    private static func outcome<Answer>(_ work: () throws -> Answer) -> Result<Answer, Trouble> {
        do {
            return .success(try work())
        } catch let error as DeviceError {
            return .failure(Trouble(error))
        } catch {
            return .failure(.unforeseen)
        }
    }

    /// Tells that pages changed, at most ten times a second; the latest wins. Ends with its reader.
    public func changes() async throws(Trouble) -> AsyncStream<UInt64> {
        let (stream, continuation) = AsyncStream.makeStream(of: UInt64.self, bufferingPolicy: .bufferingNewest(1))
        let told = Told { continuation.yield($0.revision) }
        let watch = try await call { try $0.observe(observer: told) }
        let queue = queue
        continuation.onTermination = { _ in queue.async { watch.cancel() } }
        return stream
    }

    /// Starts what syncs by itself.
    public func startAgent() async throws(Trouble) { try await call { try $0.startAgent() } }

    /// Stops it.
    public func stopAgent() async throws(Trouble) { try await call { try $0.stopAgent() } }

    /// A network came or went: try now.
    public func networkChanged() async throws(Trouble) { try await call { try $0.networkChanged() } }

    /// Drops every lock on the files; a suspended app that holds one is ended by the system.
    public func pause() async throws(Trouble) { try await call { try $0.pause() } }

    /// Takes the locks again.
    public func resume() async throws(Trouble) { try await call { try $0.resume() } }

    /// Finishes what is under way and closes the files; later calls end in `busy`.
    public func shut() async throws(Trouble) { try await call { try $0.shut() } }
}

/// An observer as the core calls it.
private final class Told: Observer {
    private let tell: @Sendable (Changed) -> Void

    init(_ tell: @escaping @Sendable (Changed) -> Void) { self.tell = tell }

    func changed(changed: Changed) { tell(changed) }
}
