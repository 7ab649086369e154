using Embark.Cli.Output;

namespace Embark.Cli.Commands;

/// <summary>Asks a person on the terminal.</summary>
internal sealed class Questions(Terminal terminal, CancellationToken cancelled)
{
    private StreamReader? _input;

    /// <summary>The answer, or what is usual when there is none; asks again where nothing is usual.</summary>
    public async Task<string> AskAsync(string question, string? usual)
    {
        _input ??= new StreamReader(Console.OpenStandardInput());
        while (true)
        {
            terminal.Error.Write($"{question}{(string.IsNullOrEmpty(usual) ? "" : $" [{usual}]")}: ");
            var answer = await _input.ReadLineAsync(cancelled) ?? throw new OperationCanceledException(cancelled);
            if (answer.Trim() is { Length: > 0 } text) return text;
            if (usual is not null) return usual;
        }
    }

    /// <summary>True for yes.</summary>
    public async Task<bool> ConfirmAsync(string question) => await AskAsync($"{question} (yes/no)", "no") == "yes";
}
