internal import GewuBindings

// What the screens show, ready to show. The core decided it; here it only gets its place on a screen.

/// A page of a screen: the states that every screen has beside being without a network.
public enum Page<Content> {
    case loading
    case empty
    case filled(Content)
    case troubled(Trouble)

    /// What is filled in, if it is.
    public var content: Content? { if case .filled(let content) = self { content } else { nil } }
}

extension Page: Sendable where Content: Sendable {}
extension Page: Equatable where Content: Equatable {}

/// What a colour and a shape beside it say.
public enum Tone: Sendable, Equatable {
    case plain, soft, done, late, onlyHere
}

/// A word on a coloured ground.
public struct Chip: Identifiable, Equatable, Sendable {
    public let text: String
    public let tone: Tone
    public var id: String { text }

    public init(text: String, tone: Tone) {
        self.text = text
        self.tone = tone
    }
}

/// A case in a list: one bold line, one soft line, one figure at the right.
public struct CaseRow: Identifiable, Equatable, Sendable {
    /// The code that people dictate.
    public let id: String
    public let title: String
    public let detail: String
    public let due: String
    public let tone: Tone
    public let chips: [Chip]
    /// What a screen reader says.
    public let spoken: String
}

extension CaseRow {
    init(_ line: CaseLine, _ words: Words) {
        id = line.code
        let text = line.text?.split(separator: "\n").first.map(String.init)
        let name = line.className ?? line.code
        title = text ?? name
        let area = line.area?.name ?? ""
        let stage = line.stageLabel ?? ""
        detail = [area, text == nil ? "" : name, stage].filter { !$0.isEmpty }.joined(separator: " · ")
        due = words.due(line.dueInS)
        tone = line.overdue ? .late : .soft
        let contested = line.contested ? [Chip(text: words(.caseContested), tone: .onlyHere)] : []
        let unconfirmed = line.unconfirmed ? [Chip(text: words(.caseUnconfirmed), tone: .onlyHere)] : []
        chips = contested + unconfirmed
        let what = text == nil ? name : "\(name) · \(title)"
        let spokenCase = words(.sayCase, ["class": what, "area": area, "stage": stage, "due": due])
        spoken = ([spokenCase] + chips.map(\.text)).joined(separator: " · ")
    }
}

/// A part of a list with its heading.
public struct CaseGroup: Identifiable, Equatable, Sendable {
    public let id: Int
    public let title: String
    public let rows: [CaseRow]
}

/// Something that the core says unasked.
public struct Notice: Identifiable, Equatable, Sendable {
    public let id: String
    public let what: String
    public let safe: String
    public let next: String
}

/// A class of problems as it is chosen: a tile or a line.
public struct ClassChoice: Identifiable, Equatable, Sendable {
    public struct Condition: Identifiable, Equatable, Sendable {
        public let id: String
        public let name: String
    }

    public let id: String
    public let name: String
    public let group: String
    /// The everyday word by which it was found.
    public let alias: String?
    public let conditions: [Condition]
}

extension ClassChoice {
    init(_ line: ClassLine, _ words: Words) {
        id = line.key
        name = line.name
        group = line.group
        alias = line.alias.map { words(.reportAlias, ["alias": $0]) }
        conditions = line.conditions.map { Condition(id: $0.key, name: $0.name) }
    }
}

/// A party or a grid to choose: whom or where an act sends a case.
public struct AreaChoice: Identifiable, Equatable, Sendable {
    /// The code, which goes into the act.
    public let id: String
    public let name: String
}

extension AreaChoice {
    init(_ area: AreaView) {
        id = area.code
        name = area.name
    }
}

/// Where a phone says it is. Units of 10⁻⁷ degree and centimetres, as the core stores them.
public struct Spot: Equatable, Sendable {
    public let latitudeE7: Int32
    public let longitudeE7: Int32
    public let accuracyCm: UInt32?

    public init(latitudeE7: Int32, longitudeE7: Int32, accuracyCm: UInt32?) {
        self.latitudeE7 = latitudeE7
        self.longitudeE7 = longitudeE7
        self.accuracyCm = accuracyCm
    }
}

extension Spot {
    init(_ place: Place) {
        self.init(latitudeE7: place.latitudeE7, longitudeE7: place.longitudeE7, accuracyCm: place.accuracyCm)
    }

    var place: Place { Place(latitudeE7: latitudeE7, longitudeE7: longitudeE7, accuracyCm: accuracyCm) }
}
