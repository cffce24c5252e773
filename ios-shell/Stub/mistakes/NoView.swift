// expected: static method 'buildExpression' requires that 'Int' conform to 'View'
import SwiftUI

struct NoView: View {
    let count: Int

    var body: some View {
        VStack {
            Text("count")
            count
        }
    }
}
