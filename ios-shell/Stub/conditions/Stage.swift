// expected: if row.tone == .late
import GewuModel
import SwiftUI

struct Stage: View {
    let row: CaseRow

    var body: some View {
        if row.tone == .late { Text(row.due) }
    }
}
