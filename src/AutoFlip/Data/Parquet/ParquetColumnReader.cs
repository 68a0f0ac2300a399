namespace AutoFlip;

/// <summary>Reads the values of one column from the first row to the last, with memory for one page and its dictionary.</summary>
/// <param name="file">The file. Its position is used.</param>
/// <param name="groups">The row groups.</param>
/// <param name="leaf">The column.</param>
sealed class ParquetColumnReader(Stream file, IReadOnlyList<ParquetRowGroup> groups, ParquetLeaf leaf)
{
    int _group = -1;
    long _rowsLeft; // of the row group
    int _pageLeft; // of the page
    long _place;
    ParquetChunk _chunk;
    ParquetDictionary? _dictionary;
    ParquetRuns? _levels;
    ParquetValues? _values;

    /// <summary>The next row's value.</summary>
    /// <param name="value">Its bytes (<see cref="ParquetValues"/>), good until the next row; empty if it is missing.</param>
    /// <returns>False if the value is missing.</returns>
    /// <exception cref="InvalidDataException">The column is damaged.</exception>
    /// <exception cref="EndOfStreamException">The column ends too early.</exception>
    public bool Next(out ReadOnlySpan<byte> value)
    {
        while (_rowsLeft == 0) BeginGroup();
        while (_pageLeft == 0) BeginPage();
        _rowsLeft--;
        _pageLeft--;
        value = default;
        if (_levels is not null && _levels.Next() != leaf.Definition) return false;
        value = _values!.Next();
        if (leaf.Width > 0 && value.Length != leaf.Width) throw new InvalidDataException("a value has another width than its column");
        return true;
    }

    void BeginGroup()
    {
        if (++_group == groups.Count) throw new EndOfStreamException();
        _rowsLeft = groups[_group].Rows;
        _chunk = groups[_group].Chunks[leaf.Place];
        (_place, _dictionary) = (_chunk.Start, null);
        if (_chunk.Values != _rowsLeft)
            throw new InvalidDataException($"row group {_group + 1} has {_rowsLeft} rows and {_chunk.Values} values");
    }

    void BeginPage()
    {
        if (_place >= _chunk.End) throw new EndOfStreamException();
        var page = ParquetPage.Read(file, ref _place, _chunk, isNullable: leaf.Definition > 0);
        switch (page.Kind)
        {
            case ParquetPageKind.Index: return;
            case ParquetPageKind.Dictionary: _dictionary = new(page.Values, page.Count, leaf); return;
        }
        if (page.Count > _rowsLeft) throw new InvalidDataException($"a page has {page.Count} values, and {_rowsLeft} rows are left");
        _pageLeft = page.Count;
        _levels = leaf.Definition == 0 ? null : new(page.Levels, 32 - int.LeadingZeroCount(leaf.Definition));
        _values = page.Count == 0 ? null : ParquetValues.Of(page.Encoding, page.Values, leaf, _dictionary);
    }
}
