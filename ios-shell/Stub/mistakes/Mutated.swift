// expected: left side of mutating operator isn't mutable: 'self' is immutable
import SwiftUI

struct Mutated: View {
    var count = 0

    var body: some View {
        Button {
            count += 1
        } label: {
            Text("more")
        }
    }
}
