using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Embark.Kubernetes.Configuration;

/// <summary>Reads one YAML document whose root is a mapping; its depth is limited, since the node model is read by recursion.</summary>
internal static class YamlText
{
    private const int MaxDepth = 64;

    /// <summary>Null for an empty document. Throws <see cref="FormatException"/> that begins with the line.</summary>
    public static YamlMappingNode? ReadMapping(string text)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new ShallowParser(new Parser(new StringReader(text))));
            return stream.Documents switch
            {
                [] => null,
                [{ RootNode: YamlMappingNode root }] => root,
                [{ RootNode: YamlScalarNode { Value: null or "" } }] => null,
                [var one] => throw new FormatException($"line {one.RootNode.Start.Line}: not a mapping of names to values"),
                [_, var second, ..] => throw new FormatException($"line {second.RootNode.Start.Line}: a second document; only one is read"),
            };
        }
        catch (YamlException e)
        {
            throw new FormatException($"line {Line(e, text)}: {Reason(e)}", e);
        }
    }

    /// <summary>YamlDotNet complains about a tab at the end of the line before it.</summary>
    private static long Line(YamlException e, string text)
    {
        if (!e.Message.Contains("tab", StringComparison.Ordinal))
            return e.Start.Line;
        var lines = text.Split('\n');
        var tab = Array.FindIndex(lines, (int)e.Start.Line - 1, line => line[..^line.TrimStart().Length].Contains('\t'));
        return tab < 0 ? e.Start.Line : tab + 1;
    }

    /// <summary>YamlDotNet repeats a position in front of the inner cause; only the cause is wanted.</summary>
    private static string Reason(YamlException e)
    {
        var reason = (e.InnerException ?? e).Message;
        var end = reason.StartsWith('(') ? reason.LastIndexOf("): ", StringComparison.Ordinal) : -1;
        return (end < 0 ? reason : reason[(end + 3)..]).Replace('\n', ' ');
    }

    private sealed class ShallowParser(IParser inner) : IParser
    {
        private int _depth;

        public ParsingEvent? Current => inner.Current;

        public bool MoveNext()
        {
            if (!inner.MoveNext())
                return false;
            _depth += inner.Current?.NestingIncrease ?? 0;
            return _depth <= MaxDepth ? true : throw new YamlException(inner.Current!.Start, inner.Current.End, $"nested deeper than {MaxDepth} levels");
        }
    }
}
