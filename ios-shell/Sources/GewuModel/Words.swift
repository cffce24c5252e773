import Foundation

/// The words of the screens in one language, filled in and with times told as people tell them.
///
/// `Word` is generated from the one table of `core/words`: a key that is not there does not compile. Where the texts
/// come from is said by whoever makes this: the app's string catalogue, or the same table as JSON under test.
public struct Words: Sendable {
    public let tongue: Tongue
    private let text: @Sendable (Word) -> String
    private let now: @Sendable () -> Date
    private let zone: TimeZone

    public init(
        tongue: Tongue, zone: TimeZone = .current, now: @escaping @Sendable () -> Date,
        text: @escaping @Sendable (Word) -> String
    ) {
        self.tongue = tongue
        self.zone = zone
        self.now = now
        self.text = text
    }

    /// The words of an app: its string catalogue in this language.
    public static func of(_ bundle: Bundle, tongue: Tongue, now: @escaping @Sendable () -> Date) -> Words {
        let folder = bundle.path(forResource: tongue.rawValue, ofType: "lproj")
        let table = folder.flatMap { Bundle(path: $0) } ?? bundle
        // A bundle is not Sendable on every platform, its path is.
        let path = table.bundlePath
        return Words(tongue: tongue, now: now) { word in
            (Bundle(path: path) ?? .main).localizedString(forKey: word.rawValue, value: nil, table: nil)
        }
    }

    /// A word.
    public func callAsFunction(_ word: Word) -> String { text(word) }

    /// A word with its holes filled in: by name as in the table, or by number as in a string catalogue.
    public func callAsFunction(_ word: Word, _ values: KeyValuePairs<String, any CustomStringConvertible>) -> String {
        let filled = word.holes.enumerated().reduce(text(word)) { said, hole in
            let value = values.first { $0.key == hole.element }.map { "\($0.value)" } ?? ""
            return said.replacingOccurrences(of: "{\(hole.element)}", with: value)
                .replacingOccurrences(of: "%\(hole.offset + 1)$@", with: value)
        }
        return filled.replacingOccurrences(of: "%%", with: "%")
    }

    /// A number with its thousands set apart by a thin space.
    public func number<Number: BinaryInteger>(_ number: Number) -> String {
        let digits = Array(String(number.magnitude))
        let grouped = digits.indices.map { at in
            (at > 0 && (digits.count - at) % 3 == 0 ? "\u{2009}" : "") + String(digits[at])
        }
        return (number < 0 ? "−" : "") + grouped.joined()
    }

    /// Bytes, in tenths of a megabyte.
    public func size(_ bytes: UInt64) -> String {
        let tenths = bytes / 100_000
        return "\(number(tenths / 10)).\(tenths % 10) MB"
    }

    /// How long until a deadline, or past it; seconds as the core counted them.
    public func due(_ seconds: Int64?) -> String {
        guard let seconds else { return self(.dueNever) }
        let late = seconds < 0
        let minutes = seconds.magnitude / 60
        switch minutes {
        case ..<60: return self(late ? .lateMinutes : .dueMinutes, ["minutes": minutes])
        case ..<4320: return self(late ? .lateHours : .dueHours, ["hours": minutes / 60])
        default: return self(late ? .lateDays : .dueDays, ["days": minutes / 1440])
        }
    }

    /// A moment: the hour if it is today, else the day too.
    public func moment(_ seconds: Int64) -> String {
        let date = Date(timeIntervalSince1970: TimeInterval(seconds))
        return written(date, sameDay(date) ? "HH:mm" : "MM-dd HH:mm")
    }

    /// This moment, as a screen says it.
    func thisMoment() -> String { written(now(), "HH:mm") }

    /// A day.
    public func day(_ seconds: Int64) -> String { written(Date(timeIntervalSince1970: TimeInterval(seconds)), "yyyy-MM-dd") }

    /// Whether something that is due in so many seconds falls due before this day ends.
    func isToday(dueIn seconds: Int64) -> Bool { sameDay(now().addingTimeInterval(TimeInterval(seconds))) }

    private var calendar: Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        return calendar
    }

    private func sameDay(_ date: Date) -> Bool { calendar.isDate(date, inSameDayAs: now()) }

    private func written(_ date: Date, _ pattern: String) -> String {
        let form = DateFormatter()
        form.locale = Locale(identifier: "en_US_POSIX")
        form.timeZone = zone
        form.dateFormat = pattern
        return form.string(from: date)
    }
}
