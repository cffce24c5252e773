// expected: sheet.grids.count > 3 ?
import GewuModel
import SwiftUI

struct Count: View {
    let sheet: SuperviseSheet

    var body: some View {
        Text(sheet.grids.count > 3 ? "many" : "few")
    }
}
