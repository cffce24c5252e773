// expected: 'async' call in a function that does not support concurrency
import GewuModel
import SwiftUI

struct Unawaited: View {
    let model: TodayModel

    var body: some View {
        Button {
            model.load()
        } label: {
            Text("again")
        }
    }
}
