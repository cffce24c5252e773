import Foundation
import GewuModel
import Street
import Testing

struct WordsTests {
    @Test("the string catalogue says what the table says, holes and all")
    func catalogue() throws {
        let table = try Table()
        let data = try Data(contentsOf: root.appending(path: "ios-shell/App/Generated/Localizable.xcstrings"))
        let strings = try JSONDecoder().decode(Json.self, from: data)["strings"]
        #expect(strings.map.count == Word.allCases.count)
        #expect(Word.allCases.count > 120)
        for tongue in Tongue.allCases {
            let catalogued = Words(tongue: tongue, now: { Date() }) {
                strings[$0.rawValue]["localizations"][tongue.rawValue]["stringUnit"]["value"].text ?? "?"
            }
            for word in Word.allCases {
                let said = catalogued(word, Self.filled)
                #expect(said == table.words(tongue)(word, Self.filled))
                #expect(!said.contains("{") && !said.contains("%1"), "\(said)")
            }
        }
    }

    /// Something for every hole of the table.
    private static var filled: KeyValuePairs<String, any CustomStringConvertible> {
        [
            "count": 3, "time": "09:12", "text": "灯", "code": "50FS1JBB7P", "metres": 12, "kilometres": 2,
            "area": "05", "seconds": 9,
        ]
    }

    @Test(
        "how late or how long still is said in the unit that fits",
        arguments: [
            (Int64(59), "0 min left"), (3_540, "59 min left"), (3_600, "1 h left"), (-93_600, "26 h late"), (259_200, "3 d left"),
            (-60, "1 min late"),
        ])
    func due(seconds: Int64, said: String) throws {
        #expect(try Table().words(.english).due(seconds) == said)
    }

    @Test("thousands are set apart by a thin space, moments by their day")
    func figures() throws {
        let words = try Table().words(.chinese)
        let numbers = [0, 999, 1_000, 12_345, 1_234_567, -4_812].map { words.number($0).replacing("\u{2009}", with: "_") }
        #expect(numbers == ["0", "999", "1_000", "12_345", "1_234_567", "−4_812"])
        #expect(words.moment(1_790_000_000) == "14:13")
        #expect(words.moment(1_789_900_000) == "09-20 10:26")
        #expect(words.day(1_790_000_000) == "2026-09-21")
    }
}
