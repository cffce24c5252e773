import Foundation

/// A value of JSON, so that what Swift tells can be compared with what Rust wrote down.
package enum Json: Codable, Equatable, ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral, CustomStringConvertible
{
    case null
    case bool(Bool)
    case number(Int64)
    case text(String)
    case list([Json])
    case map([String: Json])

    package init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Int64.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([Json].self) {
            self = .list(list)
        } else {
            self = .map(try value.decode([String: Json].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var out = encoder.singleValueContainer()
        switch self {
        case .null: try out.encodeNil()
        case .bool(let bool): try out.encode(bool)
        case .number(let number): try out.encode(number)
        case .text(let text): try out.encode(text)
        case .list(let list): try out.encode(list)
        case .map(let map): try out.encode(map)
        }
    }

    package init(stringLiteral text: String) { self = .text(text) }
    package init(booleanLiteral bool: Bool) { self = .bool(bool) }
    package init(arrayLiteral items: Json...) { self = .list(items) }
    package init(dictionaryLiteral members: (String, Json)...) {
        self = .map(Dictionary(uniqueKeysWithValues: members))
    }

    package init(_ text: String?) { self = text.map(Json.text) ?? .null }
    package init(_ bool: Bool?) { self = bool.map(Json.bool) ?? .null }
    package init<Number: BinaryInteger>(_ number: Number?) { self = number.map { .number(Int64($0)) } ?? .null }

    /// A file of `tests/conformance`.
    package static func file(_ name: String) throws -> Json {
        try JSONDecoder().decode(Json.self, from: Data(contentsOf: root.appending(path: "tests/conformance/\(name)")))
    }

    /// Keys in order, no spaces: equal values give equal text.
    package var description: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { return "?" }
        return String(decoding: data, as: UTF8.self)
    }

    package subscript(key: String) -> Json {
        if case .map(let map) = self { map[key] ?? .null } else { .null }
    }

    package var list: [Json] { if case .list(let list) = self { list } else { [] } }
    package var map: [String: Json] { if case .map(let map) = self { map } else { [:] } }
    package var text: String? { if case .text(let text) = self { text } else { nil } }
    package var number: Int64? { if case .number(let number) = self { number } else { nil } }
}

/// The repository.
package let root = URL(filePath: ProcessInfo.processInfo.environment["GEWU_ROOT"] ?? ".")
