import GewuModel
import SwiftUI

/// A colour of the one design, light and dark; which of them is up to the phone.
struct Tint: ShapeStyle {
    let colour: @Sendable (Colours) -> UInt32

    static let paper = Tint(colour: { $0.paper })
    static let card = Tint(colour: { $0.card })
    static let line = Tint(colour: { $0.line })
    static let ink = Tint(colour: { $0.ink })
    static let soft = Tint(colour: { $0.soft })
    static let jade = Tint(colour: { $0.jade })
    static let jadeSoft = Tint(colour: { $0.jadeSoft })
    static let red = Tint(colour: { $0.red })
    static let redSoft = Tint(colour: { $0.redSoft })
    static let amber = Tint(colour: { $0.amber })
    static let amberSoft = Tint(colour: { $0.amberSoft })

    func resolve(in environment: EnvironmentValues) -> Color {
        switch environment.colorScheme {
        case .dark: Self.drawn(colour(.dark))
        default: Self.drawn(colour(.light))
        }
    }

    private static func drawn(_ rgb: UInt32) -> Color {
        let part = { (shift: UInt32) in Double(rgb >> shift & 0xff) / 255 }
        return Color(.sRGB, red: part(16), green: part(8), blue: part(0), opacity: 1)
    }
}

/// Text in a size of the design, grown with the size that the person chose.
private struct Typeset: ViewModifier {
    @ScaledMetric private var size: CGFloat
    private let weight: Font.Weight
    private let tint: Tint

    init(_ size: CGFloat, _ weight: Font.Weight, _ tint: Tint) {
        _size = ScaledMetric(wrappedValue: size, relativeTo: .body)
        self.weight = weight
        self.tint = tint
    }

    func body(content: Content) -> some View {
        content.font(.system(size: size, weight: weight).monospacedDigit()).foregroundStyle(tint)
    }
}

extension View {
    /// Sets text in a size, a weight and a colour of the design.
    func typeset(_ size: CGFloat, _ weight: Font.Weight = .regular, _ tint: Tint = Tint.ink) -> some View {
        modifier(Typeset(size, weight, tint))
    }

    /// A card on the ground, with an edge that says what it is about.
    func card(edge: Tint = .card) -> some View {
        padding(SpaceSize.s4)
            .frame(maxWidth: .infinity, alignment: .leading)
            .background(Tint.card, in: RoundedRectangle(cornerRadius: CornerSize.card))
            .overlay(alignment: .leading) { Rectangle().fill(edge).frame(width: SpaceSize.s1) }
            .clipShape(RoundedRectangle(cornerRadius: CornerSize.card))
            .overlay { RoundedRectangle(cornerRadius: CornerSize.card).stroke(Tint.line, lineWidth: 1) }
    }

    /// A field to type in.
    func field() -> some View {
        typeset(TypeSize.bodyPhone)
            .padding(SpaceSize.s3)
            .frame(minHeight: TouchSize.target)
            .background(Tint.card, in: RoundedRectangle(cornerRadius: CornerSize.field))
            .overlay { RoundedRectangle(cornerRadius: CornerSize.field).stroke(Tint.line, lineWidth: 1) }
    }

    /// The whole screen on the design's ground.
    func ground() -> some View {
        frame(maxWidth: .infinity, maxHeight: .infinity).background(Tint.paper)
    }
}

extension Tone {
    /// What text of this tone is drawn in; the words beside it say the same.
    var text: Tint {
        switch self {
        case .plain: Tint.ink
        case .soft: Tint.soft
        case .done: Tint.jade
        case .late: Tint.red
        case .onlyHere: Tint.amber
        }
    }

    /// The left edge of a card; of most there is none to be seen.
    var edge: Tint {
        switch self {
        case .late: Tint.red
        default: Tint.card
        }
    }

    var ground: Tint {
        switch self {
        case .plain, .soft: Tint.paper
        case .done: Tint.jadeSoft
        case .late: Tint.redSoft
        case .onlyHere: Tint.amberSoft
        }
    }
}
