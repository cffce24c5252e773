// expected: requires that 'Row' conform to 'Identifiable'
import SwiftUI

struct Row {
    let text: String
}

struct Unnamed: View {
    let rows: [Row]

    var body: some View { ForEach(rows) { row in Text(row.text) } }
}
