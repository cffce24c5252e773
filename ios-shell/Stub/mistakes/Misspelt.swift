// expected: has no member 'paddding'
import SwiftUI

struct Misspelt: View {
    var body: some View { Text("words").paddding(16) }
}
