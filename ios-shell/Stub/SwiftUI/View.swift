// The little of SwiftUI that our views use, so that they can be type-checked where SwiftUI is not: one declaration at a
// time, from Apple's public documentation, and no more than a view needs. Nothing here draws.

@_exported import Foundation
@_exported import Observation

@MainActor @preconcurrency
public protocol View {
    associatedtype Body: View
    @ViewBuilder @MainActor @preconcurrency var body: Body { get }
}

extension Never: View {
    public var body: Never { fatalError("nothing is drawn here") }
}

/// What a view of the platform is: it has no body of its own.
@MainActor @preconcurrency
public protocol Primitive: View where Body == Never {}
extension Primitive {
    public var body: Never { fatalError("nothing is drawn here") }
}

@resultBuilder
public struct ViewBuilder {
    public static func buildExpression<Content: View>(_ content: Content) -> Content { content }
    public static func buildBlock() -> EmptyView { EmptyView() }
    public static func buildBlock<Content: View>(_ content: Content) -> Content { content }
    public static func buildBlock<each Content: View>(_ content: repeat each Content) -> TupleView<(repeat each Content)> {
        TupleView((repeat each content))
    }
    public static func buildIf<Content: View>(_ content: Content?) -> Content? { content }
    public static func buildEither<First: View, Second: View>(first: First) -> _ConditionalContent<First, Second> { .init() }
    public static func buildEither<First: View, Second: View>(second: Second) -> _ConditionalContent<First, Second> { .init() }
}

extension Optional: View where Wrapped: View {
    public var body: Never { fatalError("nothing is drawn here") }
}

public struct EmptyView: Primitive { nonisolated public init() {} }
public struct TupleView<Content>: Primitive { nonisolated public init(_ value: Content) {} }
public struct _ConditionalContent<First, Second>: Primitive { nonisolated init() {} }

@MainActor @preconcurrency
public protocol ViewModifier {
    associatedtype Body: View
    typealias Content = _ViewModifier_Content<Self>
    @ViewBuilder @MainActor @preconcurrency func body(content: Content) -> Body
}

public struct _ViewModifier_Content<Modifier>: Primitive {}
public struct ModifiedContent<Content, Modifier>: Primitive {}

extension View {
    public func modifier<Modifier>(_ modifier: Modifier) -> ModifiedContent<Self, Modifier> { .init() }
}
