internal import GewuBindings
import Observation

/// Who this phone is, as its screen shows it.
public struct MeSheet: Equatable, Sendable {
    /// Role, area, person; none until somebody has joined.
    public let facts: [Fact]
    /// Until when the grant runs.
    public let grant: String
    public let isEnrolled: Bool
    public let storage: String
    public let version: String
}

/// Me: joining, role and area, sync now, storage, language, diagnostics.
@MainActor @Observable
public final class MeModel {
    public private(set) var page = Page<MeSheet>.loading
    /// The invitation as it was pasted or scanned.
    public var invitation = ""
    public private(set) var isJoining = false
    /// What the last step did, in words.
    public private(set) var done: String?
    public private(set) var trouble: Trouble?
    /// Without anything personal; `nil` until asked for.
    public private(set) var diagnostics: String?
    /// Address of the supervisor's page, which opens once; `nil` until asked for.
    public private(set) var link: String?

    private let phone: Phone
    private let words: Words

    public init(_ phone: Phone, _ words: Words) {
        self.phone = phone
        self.words = words
    }

    /// Reads who this is: one call.
    public func load() async {
        do {
            page = .filled(MeSheet(try await phone.call { try $0.me() }, words))
        } catch {
            page = .troubled(error)
        }
    }

    /// Joins the street of the invitation: one exchange with the hub, at most 30 s.
    public func join() async {
        guard !isJoining else { return }
        isJoining = true
        defer { isJoining = false }
        let invitation = invitation
        await say { words async throws(Trouble) in
            let enrolled = try await self.phone.call { try $0.enrol(invitation: invitation) }
            self.invitation = ""
            return words(.meJoined, ["area": enrolled.areaName])
        }
        await load()
    }

    /// What a sync that this screen asked for came to.
    public func tell(_ result: Result<String, Trouble>) async {
        await say { _ async throws(Trouble) in try result.get() }
        await load()
    }

    /// Gathers the diagnostics.
    public func diagnose() async {
        await say { _ async throws(Trouble) in
            self.diagnostics = try await self.phone.call { try $0.diagnostics() }
            return nil
        }
    }

    /// Asks the hub for the link to the supervisor's page.
    public func askForLink() async {
        await say { _ async throws(Trouble) in
            self.link = try await self.phone.call { try $0.link() }
            return nil
        }
    }

    private func say(_ step: (Words) async throws(Trouble) -> String?) async {
        do {
            done = try await step(words)
            trouble = nil
        } catch {
            done = nil
            trouble = error
        }
    }
}

extension MeModel {
    /// Somebody has joined with this phone.
    public var isEnrolled: Bool { page.content?.isEnrolled == true }
}

extension MeSheet {
    init(_ view: MeView, _ words: Words) {
        isEnrolled = view.enrolled != nil
        facts = view.enrolled.map {
            [
                Fact(name: words(.meRole), value: view.roleLabel),
                Fact(name: words(.meArea), value: $0.areaName),
                Fact(name: words(.mePerson), value: view.personShort),
            ]
        } ?? []
        grant = view.enrolled.map { words(.meGrant, ["date": words.day($0.expiresS)]) } ?? ""
        storage = words(
            .meStorageUsed,
            [
                "size": words.size(view.storage.storeBytes), "cases": words.number(view.storage.cases),
                "acts": words.number(view.storage.acts),
            ])
        version = words(.meVersion, ["version": view.version])
    }
}
