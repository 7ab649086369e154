using System.Globalization;
using System.Text;

namespace Embark.Cli.Output;

/// <summary>
/// Lines of jobs that run side by side, printed job after job: the first that has not ended is seen as it happens, those
/// behind it wait for their turn.
/// </summary>
internal sealed class OrderedTranscripts(TextWriter output, int count)
{
    private readonly StringBuilder?[] _waiting = [.. Enumerable.Range(0, count).Select(_ => new StringBuilder())];
    private readonly bool[] _ended = new bool[count];
    private readonly Lock _gate = new();
    private int _live;

    /// <summary>Where job number <paramref name="at"/> writes.</summary>
    public TextWriter For(int at) => new Part(this, at);

    /// <summary>Job number <paramref name="at"/> writes no more.</summary>
    public void End(int at)
    {
        lock (_gate)
        {
            _ended[at] = true;
            while (_live < count && _ended[_live])
            {
                _live++;
                if (_live >= count) return;
                output.Write(_waiting[_live]!.ToString());
                _waiting[_live] = null;
            }
        }
    }

    private void Write(int at, string text)
    {
        lock (_gate)
        {
            if (at == _live) output.Write(text);
            else _waiting[at]?.Append(text);
        }
    }

    private sealed class Part(OrderedTranscripts all, int at) : TextWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => all.Write(at, value.ToString());

        public override void Write(string? value) => all.Write(at, value ?? "");

        public override void Write(ReadOnlySpan<char> buffer) => all.Write(at, buffer.ToString());

        public override void Write(char[] buffer, int index, int count) => all.Write(at, new string(buffer, index, count));

        public override void WriteLine(string? value) => all.Write(at, value + "\n");
    }
}
