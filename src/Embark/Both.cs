namespace Embark;

/// <summary>Two things at once, of which each is worth nothing without the other.</summary>
internal static class Both
{
    /// <summary>
    /// Waits for both. When one fails, the other is told to stop and is waited for, and the first failure is thrown; but when
    /// one refuses its input the other goes on, so that what is wrong with both is told at once.
    /// </summary>
    public static async Task<(TFirst First, TSecond Second)> Async<TFirst, TSecond>(
        Func<CancellationToken, Task<TFirst>> first, Func<CancellationToken, Task<TSecond>> second, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (one, two) = (first(stop.Token), second(stop.Token));
        Task earlier = await Task.WhenAny(one, two), later = earlier == one ? two : one;
        if (!earlier.IsCompletedSuccessfully && Refusal(earlier) is null) await stop.CancelAsync();
        await later.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        if (Refusal(one) is { } a && Refusal(two) is { } b && a.Failure == b.Failure)
            throw new InvalidInputException(Subject(a), [.. a.Problems.Concat(b.Problems).Distinct()], a.Failure);
        await earlier;
        return (await one, await two);
    }

    private static InvalidInputException? Refusal(Task task) => task.Exception?.InnerException as InvalidInputException;

    private static string Subject(InvalidInputException refusal) => refusal.Message[..refusal.Message.LastIndexOf(':')];
}
