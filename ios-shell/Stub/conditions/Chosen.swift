// expected: $0.overdue &&
import GewuModel
import SwiftUI

struct Chosen: View {
    let rows: [CaseRow]

    var body: some View {
        ForEach(rows.filter { $0.overdue && $0.isMine }) { CaseCard(row: $0) }
    }
}
