import { describe, expect, test } from 'vitest';
import { functionName } from '../../src/text/function-name.js';

describe('a name of C++ is told without its types', () => {
  test.each([
    ['node::Buffer::New(v8::Isolate*, unsigned long)', 'node::Buffer::New'],
    ['std::vector<int, std::allocator<int> >::push_back(int const&)', 'std::vector::push_back'],
    ['duckdb::(anonymous namespace)::Read(char const*) const', 'duckdb::(anonymous namespace)::Read'],
    ['operator new(unsigned long)', 'operator new'],
    ['a::operator()(int)', 'a::operator()'],
    ['a::operator<<(int)', 'a::operator<<'],
    ['std::function<void (int)>::operator()(int) const', 'std::function::operator()'],
    ['g_realloc', 'g_realloc'],
    ['<alloc::vec::Vec<u8> as core::clone::Clone>::clone', '<alloc::vec::Vec<u8> as core::clone::Clone>::clone'],
  ])('%s', (whole, short) => {
    expect(functionName(whole)).toBe(short);
  });
});
