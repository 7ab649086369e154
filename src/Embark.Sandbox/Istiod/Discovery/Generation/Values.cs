using System.Collections;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Values in order, equal to others when all of them are, so that a record of them is one key.</summary>
internal sealed class Values<T>(params IEnumerable<T> items) : IReadOnlyList<T>, IEquatable<Values<T>>
    where T : notnull
{
    private readonly T[] _items = [.. items];

    public int Count => _items.Length;

    public T this[int index] => _items[index];

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool Equals(Values<T>? other) => other is not null && _items.AsSpan().SequenceEqual(other._items);

    public override bool Equals(object? obj) => Equals(obj as Values<T>);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in _items)
            hash.Add(item);
        return hash.ToHashCode();
    }
}
