// The platform's own views.

import Foundation

public struct Text: Primitive {
    /// A text that is not looked up in a catalogue: ours are already in the person's language.
    public init<Content: StringProtocol>(_ content: Content) {}
}

public struct Label: Primitive {
    public init<Title: StringProtocol>(_ title: Title, systemImage: String) {}
}

public struct ProgressView: Primitive { public init() {} }
public struct Spacer: Primitive { public init() {} }

public struct HStack<Content: View>: Primitive {
    public init(alignment: VerticalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {}
}

public struct VStack<Content: View>: Primitive {
    public init(alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {}
}

public struct ZStack<Content: View>: Primitive {
    public init(alignment: Alignment = .center, @ViewBuilder content: () -> Content) {}
}

public struct LazyVStack<Content: View>: Primitive {
    public init(alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {}
}

public struct GridItem: Sendable {
    public enum Size: Sendable { case adaptive(minimum: CGFloat, maximum: CGFloat = .infinity) }
    public init(_ size: Size, spacing: CGFloat? = nil) {}
}

public struct LazyVGrid<Content: View>: Primitive {
    public init(columns: [GridItem], spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {}
}

public struct ScrollView<Content: View>: Primitive {
    public init(_ axes: Axis.Set = .vertical, @ViewBuilder content: () -> Content) {}
}

public struct ViewThatFits<Content: View>: Primitive {
    public init(in axes: Axis.Set = [.horizontal, .vertical], @ViewBuilder content: () -> Content) {}
}

public struct GeometryProxy { public var size: CGSize { .zero } }

public struct GeometryReader<Content: View>: Primitive {
    public init(@ViewBuilder content: @escaping (GeometryProxy) -> Content) {}
}

public struct ForEach<Data: RandomAccessCollection, ID: Hashable, Content>: Primitive {}

extension ForEach where Content: View, Data.Element: Identifiable, ID == Data.Element.ID {
    public init(_ data: Data, @ViewBuilder content: @escaping (Data.Element) -> Content) {}
}

extension ForEach where Content: View {
    public init(_ data: Data, id: KeyPath<Data.Element, ID>, @ViewBuilder content: @escaping (Data.Element) -> Content) {}
}

public struct Button<Label: View>: Primitive {
    @preconcurrency
    public init(action: @escaping @MainActor () -> Void, @ViewBuilder label: () -> Label) {}
}

public struct TextField: Primitive {
    public init<Title: StringProtocol>(_ title: Title, text: Binding<String>) {}
    public init<Title: StringProtocol>(_ title: Title, text: Binding<String>, axis: Axis) {}
}

public struct Toggle<Label: View>: Primitive {
    public init(isOn: Binding<Bool>, @ViewBuilder label: () -> Label) {}
}

public struct Picker<SelectionValue: Hashable, Content: View>: Primitive {
    public init<Title: StringProtocol>(_ title: Title, selection: Binding<SelectionValue>, @ViewBuilder content: () -> Content) {}
}

public struct DisclosureGroup<Content: View>: Primitive {
    public init<Title: StringProtocol>(
        _ title: Title, isExpanded: Binding<Bool>, @ViewBuilder content: @escaping () -> Content
    ) {}
}

public struct ShareLink: Primitive { public init(item: String) {} }

public struct NavigationStack<Root: View>: Primitive {
    public init(@ViewBuilder root: () -> Root) {}
}

public struct NavigationLink<Label: View>: Primitive {
    public init<Value: Hashable>(value: Value?, @ViewBuilder label: () -> Label) {}
}

public struct TabView<Content: View>: Primitive {
    public init(@ViewBuilder content: () -> Content) {}
}
