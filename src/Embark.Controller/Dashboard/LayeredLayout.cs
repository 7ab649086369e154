namespace Embark.Controller.Dashboard;

/// <summary>
/// Places a directed graph in layers, callers left of whom they call, with few crossings: layers by the longest path
/// (edges that lead back are turned for that), order within a layer by the median of the neighbours, swept there and
/// back. Sugiyama, Tagawa and Toda, 1981. Pure: the same graph has always the same picture.
/// </summary>
internal static class LayeredLayout
{
    private const int Sweeps = 8;

    /// <summary>Layer and place within it, by node; both from 0.</summary>
    /// <param name="nodes">Each once.</param>
    /// <param name="edges">Between them.</param>
    public static IReadOnlyDictionary<string, (int Layer, int Place)> Of(IReadOnlyList<string> nodes, IEnumerable<(string From, string To)> edges)
    {
        var sorted = nodes.Order(StringComparer.Ordinal).ToList();
        var known = sorted.ToHashSet(StringComparer.Ordinal);
        var arrows = Acyclic(sorted, [.. edges.Where(edge => edge.From != edge.To && known.Contains(edge.From) && known.Contains(edge.To)).Distinct()]);
        var layer = Layers(sorted, arrows);
        var rows = sorted.GroupBy(node => layer[node]).OrderBy(row => row.Key).Select(row => row.ToList()).ToList();
        var neighbours = arrows.Concat(arrows.Select(arrow => (From: arrow.To, To: arrow.From))).ToLookup(arrow => arrow.From, arrow => arrow.To);

        var (best, least) = (Copy(rows), Crossings(rows, arrows));
        for (var sweep = 0; sweep < Sweeps && least > 0; sweep++)
        {
            var down = sweep % 2 == 0;
            for (var at = 1; at < rows.Count; at++)
            {
                var (row, fixedRow) = down ? (at, at - 1) : (rows.Count - 1 - at, rows.Count - at);
                var place = Places(rows[fixedRow]);
                rows[row] = [.. rows[row].Select((node, index) => (node, key: Median(neighbours[node].Where(place.ContainsKey).Select(other => place[other])) ?? index)).OrderBy(pair => pair.key).Select(pair => pair.node)];
            }
            if (Crossings(rows, arrows) is var now && now < least)
                (best, least) = (Copy(rows), now);
        }
        return best.SelectMany((row, number) => row.Select((node, place) => (node, number, place))).ToDictionary(one => one.node, one => (one.number, one.place));
    }

    /// <summary>Turns the edges round that close a circle, in a depth-first walk from the nodes nobody calls.</summary>
    private static List<(string From, string To)> Acyclic(List<string> nodes, List<(string From, string To)> edges)
    {
        var next = edges.ToLookup(edge => edge.From, edge => edge.To);
        var called = edges.Select(edge => edge.To).ToHashSet();
        HashSet<string> done = [], open = [];
        HashSet<(string, string)> back = [];
        foreach (var start in nodes.OrderBy(called.Contains))
            Walk(start);
        return [.. edges.Select(edge => back.Contains(edge) ? (From: edge.To, To: edge.From) : edge).Distinct()];

        void Walk(string root)
        {
            var stack = new Stack<(string Node, IEnumerator<string> Ahead)>();
            Enter(root);
            while (stack.TryPeek(out var top))
            {
                if (!top.Ahead.MoveNext())
                {
                    open.Remove(stack.Pop().Node);
                    continue;
                }
                if (open.Contains(top.Ahead.Current))
                    back.Add((top.Node, top.Ahead.Current));
                else
                    Enter(top.Ahead.Current);
            }

            void Enter(string node)
            {
                if (!done.Add(node))
                    return;
                open.Add(node);
                stack.Push((node, next[node].Order(StringComparer.Ordinal).GetEnumerator()));
            }
        }
    }

    private static Dictionary<string, int> Layers(List<string> nodes, List<(string From, string To)> arrows)
    {
        var layer = nodes.ToDictionary(node => node, _ => 0);
        for (var (changed, round) = (true, 0); changed && round <= nodes.Count; round++)
        {
            changed = false;
            foreach (var (from, to) in arrows)
                if (layer[to] <= layer[from])
                    (layer[to], changed) = (layer[from] + 1, true);
        }
        return layer;
    }

    private static int Crossings(List<List<string>> rows, List<(string From, string To)> arrows)
    {
        var at = rows.SelectMany((row, number) => row.Select((node, place) => (node, number, place))).ToDictionary(one => one.node, one => (Row: one.number, Place: one.place));
        var lines = arrows.Select(arrow => (A: at[arrow.From], B: at[arrow.To])).ToList();
        var count = 0;
        for (var one = 0; one < lines.Count; one++)
            for (var two = one + 1; two < lines.Count; two++)
                if (lines[one].A.Row == lines[two].A.Row && lines[one].B.Row == lines[two].B.Row
                    && (lines[one].A.Place - lines[two].A.Place) * (lines[one].B.Place - lines[two].B.Place) < 0)
                    count++;
        return count;
    }

    private static double? Median(IEnumerable<int> places)
    {
        var sorted = places.Order().ToList();
        return sorted.Count == 0 ? null : (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2.0;
    }

    private static Dictionary<string, int> Places(List<string> row) => row.Select((node, place) => (node, place)).ToDictionary(pair => pair.node, pair => pair.place);

    private static List<List<string>> Copy(List<List<string>> rows) => [.. rows.Select(row => row.ToList())];
}
