using System.Buffers;
using System.Text;

namespace Embark.Ssh;

/// <summary>
/// One stream of a session, cut at the lines that carry the nonce. What stands outside of them is noise: banners, .bashrc, ssh's own words.
/// A mark always follows a line end of its own, so a script's last line may lack one and still comes through byte by byte.
/// </summary>
internal sealed class MarkedStream(string nonce, int limit)
{
    private readonly byte[] _nonce = Encoding.UTF8.GetBytes(nonce + " ");
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly ArrayBufferWriter<byte> _script = new();
    private bool _inside;

    /// <summary>A line outside of any script.</summary>
    public required Action<string> Noise { get; init; }

    /// <summary>A mark: its word, script and status, and at an end the text since the beginning.</summary>
    public required Action<string, int, int, string> Mark { get; init; }

    /// <summary>Says of a line within a script that it is not the script's own.</summary>
    public Func<ReadOnlySpan<byte>, bool> IsForeign { get; init; } = _ => false;

    /// <summary>True once a script has said more than the limit.</summary>
    public bool Overflowed { get; private set; }

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var end = bytes.IndexOf((byte)'\n');
            _line.Write(end < 0 ? bytes : bytes[..end]);
            if (_line.WrittenCount > limit)
            {
                Overflowed = true;
                _line.ResetWrittenCount();
            }
            if (end < 0)
                return;
            Line(_line.WrittenSpan);
            _line.ResetWrittenCount();
            bytes = bytes[(end + 1)..];
        }
    }

    /// <summary>The stream has ended; what is left of it is a line.</summary>
    public void End()
    {
        if (_line.WrittenCount > 0)
            Line(_line.WrittenSpan);
        if (_inside)
            Noise(Text());
    }

    private void Line(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith(_nonce))
            Marked(Encoding.UTF8.GetString(line[_nonce.Length..]).Split(' '));
        else if (!_inside || IsForeign(line))
            Noise(Encoding.UTF8.GetString(line).TrimEnd('\r'));
        else if (_script.WrittenCount + line.Length < limit)
        {
            _script.Write(line);
            _script.Write("\n"u8);
        }
        else
            Overflowed = true;
    }

    private void Marked(string[] words)
    {
        var id = words.Length > 1 && int.TryParse(words[1], out var number) ? number : -1;
        var status = words.Length > 2 && int.TryParse(words[2], out number) ? number : 0;
        var text = words[0] == "end" ? Text() : "";
        _inside = words[0] == "begin";
        _script.ResetWrittenCount();
        Mark(words[0], id, status, text);
    }

    private string Text()
    {
        var text = Encoding.UTF8.GetString(_script.WrittenSpan);
        return text.EndsWith('\n') ? text[..^1] : text;
    }
}
