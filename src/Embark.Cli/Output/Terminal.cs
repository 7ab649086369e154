using System.Text;

namespace Embark.Cli.Output;

/// <summary>Where the command line writes: data to <see cref="Out"/>, prose to <see cref="Error"/>.</summary>
internal sealed class Terminal
{
    private readonly TextWriter _error;
    private readonly bool _colour;

    private Terminal(TextWriter output, TextWriter error, bool colour)
    {
        (_error, _colour) = (error, colour);
        Out = new EscapingWriter(output);
        Error = new EscapingWriter(error);
    }

    public TextWriter Out { get; }

    public TextWriter Error { get; }

    /// <summary>How much is told: 0 to 3, from <c>-v</c> to <c>-vvv</c>.</summary>
    public int Verbosity { get; set; }

    /// <summary>True when somebody can answer a question.</summary>
    public static bool CanAsk => !Console.IsInputRedirected && !Console.IsErrorRedirected;

    public static Terminal Open()
    {
        // Streams rather than Console.Out: those set up a whole terminal, which costs milliseconds that nobody sees.
        return new(Writer(Console.OpenStandardOutput()), Writer(Console.OpenStandardError()),
            !Console.IsErrorRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));

        static StreamWriter Writer(Stream stream) => new(stream, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
    }

    /// <summary><c>Error: …</c>, red on a terminal.</summary>
    public void Failure(string text) => Coloured("31", "Error:", text);

    /// <summary><c>Warning: …</c>, yellow on a terminal.</summary>
    public void Warning(string text) => Coloured("33", "Warning:", text);

    /// <summary>Writes what goes on inside, where so much is asked for; null where it is not.</summary>
    /// <param name="who">Stands before each line, in brackets.</param>
    /// <param name="from">How many v it takes.</param>
    public Action<string>? Trace(string who, int from) => Verbosity < from ? null : line => Error.WriteLine($"[{who}] {line}");

    private void Coloured(string colour, string word, string text)
    {
        lock (_error)
        {
            _error.Write(_colour ? $"\e[{colour}m{word}\e[0m " : word + " ");
            Error.WriteLine(text);
        }
    }
}
